"""Walk a list: 1-based ``start``, the server chooses the page size, the counters say where the end is (seen in code).

A list is read to find out whether a document is there before it is sent, so a list that contradicts itself must not
pass for "not there".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import SourceLies
from connector.reading import values
from connector.systems.jaggaer import wrappers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.systems.jaggaer.answers import Envelope
    from connector.systems.jaggaer.names import Names


def walk(
    ask: Callable[[Mapping[str, str]], Envelope], *, names: Names, entity: str, flt: str, start: int = 1
) -> Iterator[Mapping[str, Any]]:
    """Yield the documents of a list from position ``start`` on.

    ``ask`` sends one request with the given parameters. Raises SourceLies when the counters contradict the rows, the
    server ignores ``start``, or rows vanish while we read.
    """
    inner = _inner(names, entity)
    total_before = 0
    edges_before: list[Any] = []
    while True:
        parameters = {names("parameters", "start"): str(start)}
        if flt:
            parameters[names("parameters", "filter")] = flt
        body = ask(parameters).body
        rows = rows_of(body, names=names, entity=entity, start=start)
        total = _total(body, rows, names=names, entity=entity, start=start)
        edges = [len(rows), *rows[:1], *rows[-1:]]  # of a page that is read, no more is kept than tells it apart
        if rows and edges == edges_before:
            raise SourceLies(f"JAGGAER answers the same page of {entity} twice; it seems to ignore where to start.")
        if total is not None and total < total_before:
            raise SourceLies(f"JAGGAER's list of {entity} became shorter while it was read; it is read again.")
        yield from _documents(rows, inner=inner, entity=entity)
        start += len(rows)
        if not rows or (total is not None and start > total):
            return
        total_before, edges_before = total or 0, edges
        del body, rows  # many lists are read at a time: while its next page is awaited, none holds this one


def _documents(rows: list[Any], *, inner: str | None, entity: str) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        document = row.get(inner) if inner and isinstance(row, dict) else row
        if not isinstance(document, dict):
            raise SourceLies(f"JAGGAER lists {entity} in a shape without {inner or 'fields'}.")
        yield document


def rows_of(body: Mapping[str, Any], *, names: Names, entity: str, start: int = 1) -> list[Any]:
    """The rows of a page; raises SourceLies for one that neither lists nor says by both counters that it has none.

    A single counter is no list: what is not listed may be there all the same.
    """
    total, returned = (values.whole(body.get(names("envelope", name))) for name in ("total", "returned"))
    says_none = returned == 0 and total is not None and total < start
    if not wrappers.is_listed(body, names(entity, "list")) and not says_none:
        raise SourceLies(
            f"JAGGAER answers without its list of {entity}, which tells nothing about what it has; "
            f"if this stays, set entities.{entity}.list to the list's key."
        )
    return wrappers.rows(body, names(entity, "list"))


def _total(body: Mapping[str, Any], rows: list[Any], *, names: Names, entity: str, start: int) -> int | None:
    """How many there are, when the counters agree with the rows."""
    total = values.whole(body.get(names("envelope", "total")))
    returned = values.whole(body.get(names("envelope", "returned")))
    start_at = values.whole(body.get(names("envelope", "start_at")))
    if returned is not None and returned != len(rows):
        raise SourceLies(
            f"JAGGAER says that it lists {returned} {entity} and lists {len(rows)}; "
            f"if this stays, check entities.{entity}.list."
        )
    if rows and start_at is not None and start_at != start:
        raise SourceLies(f"JAGGAER was asked for {entity} from {start} on and answers from {start_at} on.")
    if not rows and total is not None and start <= total:
        raise SourceLies(f"JAGGAER says that there are {total} {entity} and stops listing them before {start}.")
    return total


def _inner(names: Names, entity: str) -> str | None:
    return names(entity, "row") if entity != "account_values" else None
