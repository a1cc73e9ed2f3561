"""How a sentence begins that people read, and how it counts."""

from __future__ import annotations


def capital(words: str) -> str:
    """Write the first letter as at the beginning of a sentence, and leave the others as they are."""
    return words[:1].upper() + words[1:]


def many(number: int, one: str, more: str) -> str:
    """Count: ``1 document waits``, ``1,200 documents wait``."""
    return f"{number:,} {one if number == 1 else more}"
