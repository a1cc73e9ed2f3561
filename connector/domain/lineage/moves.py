"""Amounts changed together, so that sums and products still agree: ways to try, the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from connector.domain.leaves import pattern
from connector.domain.lineage.other_values import like, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

#: companions that are looked at in the order of how near they are
_MOST_COMPANIONS = 10
#: amounts that one sum may have
_MOST_TOGETHER = 4


@dataclass(frozen=True, kw_only=True)
class Move:
    """Other values for several fields; moves of one kind change fields of the same names in the same way."""

    kind: str
    values: Mapping[str, Any]


def together(leaves: Mapping[str, Any], path: str, refused: Iterable[str]) -> Iterator[Move]:
    """Ways to change this amount with others of those that cannot be changed alone."""
    numbers = {name: found for name in (path, *refused) if (found := number(leaves[name])) is not None}
    others = sorted((name for name in numbers if name != path), key=lambda name: _distance(name, path))
    others = others[:_MOST_COMPANIONS]
    amounts = _Amounts(leaves, numbers)
    for other in others:
        for step in (1, -1):
            yield amounts.move(f"+{step}", {path: numbers[path] + 1, other: numbers[other] + step})
    yield from amounts.into_sums(path, others)
    for many in range(2, _MOST_TOGETHER):
        for more in combinations(others, many):
            yield amounts.move("+", {name: numbers[name] + 1 for name in (path, *more)})
            if many == 2:  # noqa: PLR2004 - a product and its sum
                for factor, total in (more, reversed(more)):
                    for share in (path, factor):
                        doubled = {name: numbers[name] * 2 for name in (path, factor)}
                        yield amounts.move(f"x {pattern(share)}", {**doubled, total: numbers[total] + numbers[share]})
    yield amounts.move("all", {name: found * 2 for name, found in numbers.items()})


class _Amounts:
    def __init__(self, leaves: Mapping[str, Any], numbers: Mapping[str, Decimal]) -> None:
        self._leaves, self._numbers = leaves, numbers

    def into_sums(self, path: str, others: Sequence[str]) -> Iterator[Move]:
        """Into all that may be sums of it: alone, and doubled with another factor or product of its line."""
        values = self._numbers
        near = [name for name in others if _distance(name, path)[0] == 0]
        for share, doubled in ((path, [path]), *((share, [path, name]) for name in near for share in (path, name))):
            sums = [name for name in others if name not in near and abs(values[name]) >= abs(values[share])]
            added = {name: values[name] + values[share] for name in sums}
            yield self.move(f"sums {pattern(share)}", {**{name: values[name] * 2 for name in doubled}, **added})
        for name in near:
            product = values[path] * values[name]
            added = {other: values[other] + product for other in others if abs(values[other]) >= abs(product)}
            yield self.move(f"product {pattern(name)}", {path: values[path] * 2, **added})

    def move(self, how: str, values: Mapping[str, Decimal]) -> Move:
        kind = " ".join([how, *(pattern(name) for name in values)])
        return Move(kind=kind, values={name: like(self._leaves[name], value) for name, value in values.items()})


def _distance(name: str, path: str) -> tuple[int, str]:
    """Fields of the same object first, then those of what it is a part of, then parts of it, then all others."""
    parent, other = path.rpartition(".")[0], name.rpartition(".")[0]
    if other == parent:
        return 0, name
    if not other or f"{parent}.".startswith(f"{other}."):
        return 1, name
    return (2 if f"{other}.".startswith(f"{parent}.") else 3), name
