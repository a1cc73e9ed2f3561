"""Reading a list that shrinks while it is read.

Acknowledged documents leave the list, and what was behind them moves up: asking for the next page would skip as many
as were acknowledged. So the same page is read again until it holds nothing new, and only then the next. Documents that
stay (test documents, those another system must fetch) make up pages of their own that are walked over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.errors import SourceLies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.systems.concur.financial import Listed


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Documents that this read has not shown before."""

    #: the page they were on, counted from 0
    page: int
    documents: tuple[Mapping[str, Any], ...] = field(repr=False)


def drained(ask: Callable[[int], Listed], *, start: int = 0, what: str) -> Iterator[Batch]:
    """Yield what is new until nothing is. Whoever acknowledges does so before asking for more.

    Raises SourceLies when the service answers the same page for different numbers.
    """
    seen: set[str] = set()
    before: tuple[str, ...] = ()
    page, moved = start, start > 0
    while True:
        listed = ask(page)
        fresh = _fresh(listed, seen)
        if fresh:
            seen.update(listed.ids)
            moved = True
            yield Batch(page=page, documents=fresh)
        elif listed.more:
            if listed.ids == before:
                raise SourceLies(
                    f"Concur answers the same {what} on pages {page - 1} and {page}; nothing more was read.", page=page
                )
            page, before = page + 1, listed.ids
        elif page > 0 and moved:
            # what left the pages before this one has made others move up into them
            page, moved, before = 0, False, ()
        else:
            return


def _fresh(listed: Listed, seen: set[str]) -> tuple[Mapping[str, Any], ...]:
    found: dict[str, Mapping[str, Any]] = {}
    for doc_id, document in zip(listed.ids, listed.documents, strict=True):
        if doc_id not in seen:
            found.setdefault(doc_id, document)
    return tuple(found.values())
