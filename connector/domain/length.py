"""How much of a long text a person is shown."""

from __future__ import annotations

#: no person reads more of one value, and drawing it takes its time; what is written for machines has all of it
LONGEST, LONGEST_SENTENCE = 2_000, 10_000


def cut(text: str, most: int) -> str:
    """The beginning of a long text, and how long it is."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
