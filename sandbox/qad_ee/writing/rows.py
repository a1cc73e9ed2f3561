"""Rows of a dataset that came: fields and child tables by name, and what of it is dropped with a warning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sandbox.qad_ee.complaints import Complaint
from sandbox.qad_ee.wire import COMMON, SERVICES, local, text, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml import etree

    from sandbox.qad_ee.spelling import Spelling


UNUSED, TRUNCATED = "QXT-0017", "QXT-0018"
#: numbers of the warnings that say that data was dropped
DROPPED: Final = (UNUSED, TRUNCATED)


@dataclass(kw_only=True)
class Row:
    """One row. A field that was not sent is absent; an empty one is blank."""

    table: str
    values: dict[str, str] = field(default_factory=dict)
    children: list[Row] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """Return the value of a field; nothing where it is absent."""
        return self.values.get(name, "")

    def of(self, table: str) -> list[Row]:
        """Return its rows of a child table."""
        return [row for row in self.children if row.table == table]

    def every(self, table: str) -> Iterator[Row]:
        """Return the rows of a table at any depth below."""
        for row in self.children:
            if row.table == table:
                yield row
            yield from row.every(table)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a table takes: fields, the longest value of some of them, and tables below it."""

    fields: frozenset[str]
    longest: Mapping[str, int] = field(default_factory=dict)
    below: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Dataset:
    """Reads one dataset of a message against its schema."""

    name: str
    tables: Mapping[str, Table]
    top: tuple[str, ...]
    spelling: Spelling
    warnings: list[Complaint] = field(default_factory=list)

    def read(self, body: etree._Element) -> Row:
        """Return a row that has the dataset's tables below it; what is not in the schema is dropped with a warning."""
        found = Row(table=self.name)
        for part in body:
            if within(part, COMMON):
                continue
            if self._named(part) == self.name:
                found.children += [self._row(one) for one in part if self._known(one, self.top, self.name)]
            else:
                self._unused(part, local(body))
        return found

    def _row(self, part: etree._Element) -> Row:
        table = self.tables[self._named(part)]
        row = Row(table=self._named(part))
        for one in part:
            name = self._named(one)
            if name in table.fields:
                row.values[name] = self._fitting(name, text(one), table)
            elif self._known(one, table.below, row.table):
                row.children.append(self._row(one))
        return row

    def _known(self, part: etree._Element, names: Sequence[str], parent: str) -> bool:
        if self._named(part) in names:
            return True
        self._unused(part, parent)
        return False

    def _named(self, part: etree._Element) -> str:
        """Names are case-sensitive, and in QAD's namespace."""
        return self.spelling.here(local(part)) if within(part, SERVICES) else str(part.tag)

    def _unused(self, part: etree._Element, parent: str) -> None:
        desc = f"WARNING: Element {local(part)} is not used: it is not one of {parent}."
        value = text(part) if not len(part) else ""
        self.warnings.append(Complaint(nbr=UNUSED, desc=desc, sev="warning", field=local(part), data=value))

    def _fitting(self, name: str, value: str, table: Table) -> str:
        most = table.longest.get(name)
        if most is None or len(value) <= most:
            return value
        desc = f"WARNING: The value of {self.spelling.there(name)} was truncated to {most} characters."
        self.warnings.append(Complaint(nbr=TRUNCATED, desc=desc, sev="warning", field=name, data=value))
        return value[:most]
