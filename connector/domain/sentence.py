"""How a sentence begins that people read."""

from __future__ import annotations


def capital(words: str) -> str:
    """Write the first letter as at the beginning of a sentence, and leave the others as they are."""
    return words[:1].upper() + words[1:]
