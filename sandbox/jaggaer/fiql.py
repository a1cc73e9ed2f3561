"""The part of FIQL that JAGGAER's clients use in ``flt``: ``==``, ``>=``, ``=in=(a,b)``, joined by ``;`` (and)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TERM: Final = re.compile(r"(?P<field>[A-Za-z_][\w.]*)(?P<operator>==|>=|=in=)(?P<value>.*)", re.DOTALL)


class FilterError(ValueError):
    """The filter cannot be read, or asks for a field that cannot be filtered; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One comparison. ``field`` is in lower case: callers spell ``TYPE``, ``bravoId`` and ``extCode`` side by side."""

    field: str
    operator: str
    values: tuple[str, ...]

    def holds(self, found: str | None) -> bool:
        """Whether a row with this value passes; a row without a value passes no comparison."""
        if found is None:
            return False
        if self.operator == ">=":
            return not _before(found, self.values[0])
        return found in self.values


def parse(text: str, *, fields: frozenset[str]) -> tuple[Term, ...]:
    """Read a filter over ``fields`` (lower case); an empty one passes everything. Raises FilterError."""
    return tuple(_term(part, fields) for part in text.split(";")) if text.strip() else ()


def passes(terms: tuple[Term, ...], row: Mapping[str, str | None]) -> bool:
    """Whether a row, given as its values by lower-case field, passes every term."""
    return all(term.holds(row.get(term.field)) for term in terms)


def _term(part: str, fields: frozenset[str]) -> Term:
    match = _TERM.fullmatch(part.strip())
    if match is None:
        raise FilterError(f"The filter cannot be read at {part!r}.")
    field = match["field"].lower()
    if field not in fields:
        raise FilterError(f"The filter names {match['field']}, which is not a field that can be filtered.")
    value = match["value"].strip()
    if match["operator"] != "=in=":
        return Term(field=field, operator=match["operator"], values=(value,))
    if not (value.startswith("(") and value.endswith(")")):
        raise FilterError(f"The filter's list for {match['field']} must stand in parentheses.")
    return Term(field=field, operator="=in=", values=tuple(one.strip() for one in value[1:-1].split(",")))


def _before(found: str, limit: str) -> bool:
    """Compare numbers as numbers, and instants however they are punctuated (``20260131`` or ``2026-01-31T..Z``)."""
    found, limit = (re.sub(r"(?<=\d)[-:TZ.](?=\d|$)", "", text) for text in (found, limit))
    if found.isdigit() and limit.isdigit():
        width = max(len(found), len(limit)) if min(len(found), len(limit)) >= len("20260131") else 0
        return int(found.ljust(width, "0")) < int(limit.ljust(width, "0"))
    return found < limit
