"""Putting documents together again: a browse with lines repeats the header on each row, and pages cut through them.

Rows of one document stand next to each other. A document that comes back after another one, rows that contradict each
other, a page that repeats the one before: each is a lie, and nothing of such a read is trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import SourceLies
from connector.domain.exchange import Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.systems.qad.adaptive.listing import Listed
    from connector.systems.qad.adaptive.names import Entity


class Gathering:
    """Collects the rows of one read, in their order, into documents."""

    def __init__(self, entity: Entity, where: str) -> None:
        self._entity = entity
        self._shape = entity.shape
        #: the beginning of every sentence: which connection, which browse
        self._where = where
        self._open: list[Listed] = []
        #: by key; nothing of documents with lines, for they may not come back in any case
        self._seen: dict[str, int | None] = {}

    def add(self, rows: Iterable[Listed]) -> list[Row]:
        """Take the rows of a page; returns the documents that are complete with it."""
        done: list[Row] = []
        for row in rows:
            if self._shape.lines and row.key and self._open and self._open[0].key == row.key:
                self._open.append(row)
                continue
            done.extend(self.finish())
            self._open.append(row)
        if not self._shape.lines:
            done.extend(self.finish())
        return done

    def finish(self) -> list[Row]:
        """End of the read: the last document is complete too."""
        if not self._open:
            return []
        rows, self._open = self._open, []
        document = self._document(rows)
        return [document] if self._new(rows[0].key, document) else []

    def _new(self, key: str, document: Row) -> bool:
        """Whether this key was not read before. A row without a key is kept: its record will say what is missing."""
        if not key:
            return True
        said = None if self._shape.lines else hash((document.fingerprint, document.modified))
        if key not in self._seen:
            self._seen[key] = said
            return True
        if self._shape.lines or self._seen[key] != said:
            raise SourceLies(
                f"{self._where} lists {self._entity.name} {key} twice, with others between or with different values; "
                "nothing more was read. Run again; if it stays, sort the browse by its key.",
                key=key,
            )
        return False

    def _document(self, rows: list[Listed]) -> Row:
        modified = max((row.modified for row in rows if row.modified), default=None)
        payload = dict(self._shape.unfilled) | self._header(rows)
        payload["modified"] = modified.isoformat() if modified else None
        if self._shape.lines:
            payload[self._shape.lines] = self._lines(rows)
        if self._entity.detail is not None:
            # The listing is short: a document whose listed fields stay the same may have changed all the same.
            payload["listed_modified"] = payload["modified"]
        return Row(payload=payload, modified=modified)

    def _header(self, rows: list[Listed]) -> dict[str, object]:
        header = dict(rows[0].header)
        for row in rows[1:]:
            for name, value in row.header.items():
                if value == header[name]:
                    continue
                if name not in self._shape.unanimous:
                    raise SourceLies(
                        f"{self._where} gives {name} of {self._entity.name} {row.key} differently on two of its rows; "
                        f"nothing more was read. Run again; if it stays, entities.{self._entity.name}.fields.{name} "
                        "names a column that belongs to the lines.",
                        key=row.key,
                        field=name,
                    )
                header[name] = value if _same(header[name], self._shape.unanimous[name]) else header[name]
        return header

    def _lines(self, rows: list[Listed]) -> list[dict[str, object]]:
        lines: list[dict[str, object]] = []
        known: dict[tuple[str, ...], dict[str, object]] = {}
        for row in rows:
            if row.line is None:
                continue
            line = dict(row.line)
            if not self._entity.tells_lines_apart:
                lines.append(line | self._numbers(len(lines) + 1))
                continue
            identity = tuple(str(line.get(name)) for name in self._shape.line_key or sorted(line))
            if identity not in known:
                known[identity] = line
                lines.append(line)
            elif known[identity] != line:
                raise SourceLies(
                    f"{self._where} gives line {' '.join(identity)} of {self._entity.name} {row.key} twice with "
                    "different values; nothing more was read. Run again; if it stays, look at the joins of the browse.",
                    key=row.key,
                )
        return lines

    def _numbers(self, number: int) -> dict[str, object]:
        """Lines whose browse has no line number are counted."""
        return {name: str(number) for name in self._shape.line_key if name not in self._entity.lines}


def _same(said: object, word: str) -> bool:
    """Whether QAD says this word, in whatever case."""
    return isinstance(said, str) and said.casefold() == word.casefold()
