"""Rows of a browse under our names: the header columns of a document, and the columns of one of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.systems.qad import values
from connector.systems.qad.adaptive.names import MODIFIED_DATE, MODIFIED_TIME
from connector.systems.qad.shapes import kind_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from connector.systems.qad.adaptive.names import Entity
    from connector.systems.qad.formats import Formats

    #: our name of a field, its column, and what reads that
    Column = tuple[str, str, values.Reader]

Raw = dict[str, Any]
_MODIFIED = (MODIFIED_DATE, MODIFIED_TIME)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One row. Equal rows say the same, whatever housekeeping columns QAD adds to them."""

    key: str
    header: Mapping[str, object]
    #: None when the row has no line
    line: Mapping[str, object] | None
    modified: dt.datetime | None


def read_rows(entity: Entity, rows: Iterable[Raw], written: Formats) -> list[Listed]:
    """Read rows of an entity."""
    fields, lines = (_columns(columns, written) for columns in (entity.fields, entity.lines))
    return [_row(entity, raw, _read(fields, raw), _read(lines, raw), written) for raw in rows]


def _row(entity: Entity, raw: Raw, header: dict[str, object], line: dict[str, object], written: Formats) -> Listed:
    if entity.shape.key_parts:
        header[entity.shape.key] = _joined([header.get(part) for part in entity.shape.key_parts])
    key = header.get(entity.shape.key)
    return Listed(
        key=str(key) if key is not None else "",
        header=header,
        line=line if line and not values.blank(line) else None,
        modified=read_modified(entity.fields, raw, written),
    )


def _joined(parts: Sequence[object]) -> str | None:
    """One key from several columns; none when one of them says nothing."""
    return "|".join(map(str, parts)) if all(parts) else None


def read_fields(fields: Mapping[str, str], raw: Mapping[str, Any], written: Formats) -> dict[str, object]:
    """Read each of our fields from its column; a column that is not there reads as nothing."""
    return _read(_columns(fields, written), raw)


def read_all(
    fields: Mapping[str, str], rows: Iterable[Mapping[str, Any]], written: Formats
) -> Iterator[dict[str, object]]:
    """Read our fields of many rows."""
    columns = _columns(fields, written)
    return (_read(columns, raw) for raw in rows)


def _columns(fields: Mapping[str, str], written: Formats) -> tuple[Column, ...]:
    """How each field is read: found out once for all rows, and in the order in which a fingerprint wants them."""
    named = sorted((ours, column) for ours, column in fields.items() if ours not in _MODIFIED)
    return tuple((ours, column, values.reader(kind_of(ours), written)) for ours, column in named)


def _read(columns: Iterable[Column], raw: Mapping[str, Any]) -> dict[str, object]:
    return {ours: read(raw.get(column)) for ours, column, read in columns}


def read_modified(fields: Mapping[str, str], raw: Mapping[str, Any], written: Formats) -> dt.datetime | None:
    """When the row says it was last changed, in UTC; None when it does not say."""
    date, time = fields.get(MODIFIED_DATE), fields.get(MODIFIED_TIME)
    return values.moment(raw.get(date), raw.get(time) if time else None, written) if date else None


def columns_in_no_row(entity: Entity, rows: Sequence[Raw]) -> dict[str, str]:
    """Configured columns that none of these rows has, with the override path of each; empty without rows."""
    present = set[str]().union(*rows)
    return {column: path for column, path in entity.columns().items() if column not in present} if rows else {}


def flattened(entity: Entity, documents: Iterable[Raw]) -> list[Raw]:
    """Turn business documents with nested lines into rows as a browse lists them."""
    if entity.children is None:
        return [dict(document) for document in documents]
    rows: list[Raw] = []
    for document in documents:
        header = {name: item for name, item in document.items() if name != entity.children}
        children = document.get(entity.children) or [{}]
        rows.extend(header | child for child in children)
    return rows
