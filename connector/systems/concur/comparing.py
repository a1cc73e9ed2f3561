"""How what Concur has differs from what we would send, in one sentence; empty when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.reading import values

if TYPE_CHECKING:
    from collections.abc import Iterator

UNCHANGED = "Concur has it like this already"
#: a position's own name within an order
_POSITION = "ExternalID"


def to_send(ours: Mapping[str, Any], theirs: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is written: of our blanks those that empty something Concur has, or all when nobody knows what it has."""
    if theirs is None:
        return dict(ours)
    sent: dict[str, Any] = {}
    for name, value in ours.items():
        there = theirs.get(name)
        if isinstance(value, Mapping):
            sent[name] = to_send(value, there if isinstance(there, Mapping) else {})
        elif isinstance(value, list):
            sent[name] = _rows_to_send(value, there)
        elif value not in (None, "") or values.text(there):
            sent[name] = value
    return sent


def difference(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """Name the fields that differ. One that Concur does not show counts: it may be the one that changed."""
    differing = sorted(set(_differing(ours, theirs)))
    if not differing:
        return ""
    return f"{', '.join(differing)} in Concur {'is' if len(differing) == 1 else 'are'} not what is sent."


def _differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name, value in ours.items():
        there = theirs.get(name)
        if isinstance(value, Mapping):
            inner = there if isinstance(there, Mapping) else {}
            yield from (f"{name}.{field}" for field in _differing(value, inner))
        elif isinstance(value, list):
            if _rows_differ(value, there):
                yield name
        elif not values.same(value, there):
            yield name


def _rows_to_send(ours: list[Any], theirs: object) -> list[Any]:
    named = {values.text(row.get(_POSITION)): row for row in values.rows(theirs)}
    return [
        to_send(row, named.get(values.text(row.get(_POSITION)), {})) if isinstance(row, Mapping) else row
        for row in ours
    ]


def _rows_differ(ours: list[Any], theirs: object) -> bool:
    """Rows are compared by their own name where they have one, else by their place."""
    mine, others = values.rows(ours), values.rows(theirs)
    if not mine:
        return ours != (theirs if isinstance(theirs, list) else [])
    if len(mine) != len(others):
        return True
    named = {values.text(row.get(_POSITION)): row for row in others}
    pairs = ((row, named.get(values.text(row.get(_POSITION)), other)) for row, other in zip(mine, others, strict=True))
    return any(True for row, other in pairs for _ in _differing(row, other))
