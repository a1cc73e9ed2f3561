"""One browse over a collection: rows by page, and rows by filter, fast at any size.

Where the rows of a document begin is known without counting, so a page costs what it holds and not what lies before it.
Rows are rendered from the documents as they stand: keeping the text of a hundred thousand invoices would cost more
memory than it saves time (a page of 500 rows takes a few milliseconds).
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sandbox.qad.collection import Collection
    from sandbox.qad.reading.shape import Cell, Shape

OPERATORS: Final = frozenset({"eq", "ge"})
_LEAST_FILTER_PARTS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Filter:
    """``field,operator,value,type``. Only eq was ever seen; ge is an extra that some instance may have."""

    field: str
    operator: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Filter | None:
        """Read the four parts; a value may contain commas. None when it is not that."""
        parts = text.split(",")
        if len(parts) < _LEAST_FILTER_PARTS or parts[1] not in OPERATORS:
            return None
        return cls(field=parts[0], operator=parts[1], value=",".join(parts[2:-1]))

    def lets_through(self, cell: Cell) -> bool:
        """Compare as Progress does: text without regard to case, and a null is never equal to anything."""
        if cell is None:
            return False
        given = _like(self.value, cell)
        if given is None:
            return False
        mine: Any = cell.casefold() if isinstance(cell, str) else cell
        return bool(mine == given if self.operator == "eq" else mine >= given)


def _like(text: str, cell: Cell) -> object:
    if isinstance(cell, bool):
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.casefold())
    if isinstance(cell, int | Decimal):
        try:
            return Decimal(text)
        except InvalidOperation:
            return None
    # A date is compared by its day, whether or not the client wrote a time after it.
    day = text[:10] if len(text) > 10 and text[4:5] == "-" and text[10] == "T" else text  # noqa: PLR2004  YYYY-MM-DDT
    return day.casefold()


@dataclass(kw_only=True)
class Index:
    """Where a text ever stood, so that asking for it ten thousand times costs nothing; the asker compares again."""

    collection: Collection[Any]
    value: Callable[[Any], Cell]
    _read: int = 0
    _places: dict[str, set[int]] = field(default_factory=dict)

    def places(self, wanted: str) -> Sequence[int]:
        """Return the places of the documents that may have it."""
        for place in self.collection.log[self._read :]:
            text = str(self.value(self.collection.documents[place])).casefold()
            self._places.setdefault(text, set()).add(place)
        self._read = len(self.collection.log)
        return sorted(self._places.get(wanted.casefold(), ()))


@dataclass(kw_only=True)
class Browse:
    """Rows of ``shape`` over the documents of ``collection``."""

    shape: Shape
    collection: Collection[Any]
    _version: int = -1
    _ends: list[int] = field(default_factory=list)
    _indexes: dict[str, Index] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tables = dict.fromkeys(name.partition(".")[0] for name in self.shape.names)
        self._tables = len(tables)
        oids = "".join(f',"{table}.oid_{table}":"%s.{table}"' for table in tables)
        self._head = "{" + ",".join(f'"{name}":%s' for name in self.shape.header_names) + oids
        self._tail = "".join(f',"{name}":%s' for name in self.shape.line_names)

    def page(self, number: int, size: int) -> list[str]:
        """Rows of page ``number`` (from 1) as JSON objects."""
        return self.rows(max(0, (number - 1) * size), size)

    def rows(self, first: int, count: int) -> list[str]:
        """``count`` rows from row ``first`` (from 0)."""
        self._refresh()
        place = bisect_right(self._ends, first)
        at = self._ends[place - 1] if place else 0
        found: list[str] = []
        while at < first + count and place < len(self.collection.documents):
            for row in self._render(place):
                if first <= at < first + count:
                    found.append(_numbered(row, at))
                at += 1
            place += 1
        return found

    def filtered(self, wanted: Filter, first: int, count: int) -> list[str]:
        """The same over rows that pass the filter; a field this browse does not have finds nothing."""
        self._refresh()
        passing = enumerate(self._passing(wanted))
        return [_numbered(row, at) for at, row in islice(passing, first, first + count)]

    def total(self) -> int:
        """How many rows there are."""
        self._refresh()
        return self._ends[-1] if self._ends else 0

    def _passing(self, wanted: Filter) -> Iterator[str]:
        if wanted.field in self.shape.header_names:
            column = self.shape.header_names.index(wanted.field)
            for place in self._candidates(column, wanted):
                if wanted.lets_through(self.shape.header(self.collection.documents[place])[column]):
                    yield from self._render(place)
        elif wanted.field in self.shape.line_names:
            column = self.shape.line_names.index(wanted.field)
            for place, document in enumerate(self.collection.documents):
                lines = self.shape.lines(document)
                for line, row in zip(lines, self._render(place), strict=False):
                    if wanted.lets_through(self.shape.line(line)[column]):
                        yield row

    def _candidates(self, column: int, wanted: Filter) -> Sequence[int]:
        """Documents worth comparing: by key only one, by an indexed column those that ever had the value."""
        name = self.shape.header_names[column]
        if wanted.operator == "eq" and name in self.shape.indexed:
            index = self._indexes.setdefault(
                name, Index(collection=self.collection, value=lambda of: self.shape.header(of)[column])
            )
            return index.places(wanted.value)
        if column != 0 or wanted.operator != "eq" or self.shape.indexed:
            return range(len(self.collection.documents))
        place = self.collection.place(wanted.value)
        return () if place is None else (place,)

    def _refresh(self) -> None:
        if self._version == self.collection.version:
            return
        self._ends = list(accumulate(max(1, len(self.shape.lines(document))) for document in self.collection.documents))
        self._version = self.collection.version

    def _render(self, place: int) -> list[str]:
        """Rows of one document, each a JSON object that still lacks its row number and its end."""
        document = self.collection.documents[place]
        head = self._head % (*map(_cell, self.shape.header(document)), *[place + 1] * self._tables)
        if not self.shape.line_names:
            return [head]
        rows = [head + self._tail % tuple(map(_cell, self.shape.line(line))) for line in self.shape.lines(document)]
        return rows or [head + self._tail % (("null",) * len(self.shape.line_names))]


def _cell(cell: Cell) -> str:
    if cell is None:
        return "null"
    if isinstance(cell, str):
        return json.dumps(cell, ensure_ascii=False)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _numbered(row: str, at: int) -> str:
    return (
        f'{row},"local_variables.BrowseRowOrderIndex":{at + 1},"local_variables.uniqueId":"{at + 1:08d}",'
        '"local_variables.decoration_cell":null}'
    )
