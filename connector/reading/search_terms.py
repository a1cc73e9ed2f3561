"""What people look for and what documents are found by, both without case, blanks and leading zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.reading.invoice_numbers import normalised

if TYPE_CHECKING:
    from connector.domain.summary import Summary

#: characters; what is longer is found by its beginning
LONGEST = 100


def term(text: str) -> str:
    """A number as it is compared: ``" 000inv 77"`` is ``INV77``; empty where nothing is left of it."""
    bare = normalised(text)
    return (bare.lstrip("0") or bare[:1])[:LONGEST]


def terms(summary: Summary, *others: str) -> list[str]:
    """All that a document is found by: its number, its party, what it is called elsewhere, and these."""
    names = (summary.number, summary.party, summary.party_name, *summary.references.values(), *others)
    return [found for found in dict.fromkeys(map(term, names)) if found]
