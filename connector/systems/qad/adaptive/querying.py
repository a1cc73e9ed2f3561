"""One read of one entity: its pages, with every lie we can recognise refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, SourceLies
from connector.domain.exchange import Page, Query, Row
from connector.systems.qad.adaptive.gathering import Gathering
from connector.systems.qad.adaptive.listing import Listed, Raw, columns_in_no_row, flattened, read_rows
from connector.systems.qad.adaptive.paging import BrowsePage, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.systems.qad.adaptive.client import QadClient
    from connector.systems.qad.adaptive.names import Entity
    from connector.systems.qad.config import QadConfig

#: in ``Page.next``: the browse page read last, and the key of the last document passed on, which ended on it or before
_PAGE, _AFTER = "page", "after"


class Reading:
    """Reads what a query asks for."""

    def __init__(self, *, client: QadClient, config: QadConfig, entity: Entity, query: Query) -> None:
        self._client, self._config, self._entity, self._query = client, config, entity, query
        read = f"bdoc {entity.bdoc}" if entity.bdoc else f"browse {entity.browse}"
        #: the beginning of every sentence
        self._where = f"{client.where}: {read}"
        self._only = self._filter()
        self._columns: frozenset[str] | None = None

    def pages(self) -> Iterator[Page]:
        """Read on from the query's position, or from the start when there is none or it is lost."""
        position = self._query.position
        if position and not self._entity.bdoc:
            resumed = self._resumed(int(position[_PAGE]), str(position[_AFTER]))
            if resumed is not None:
                yield from resumed
                return
        yield from self._documents(self._walk(1))

    def _filter(self) -> tuple[str, str, str] | None:
        """What QAD is asked to filter by: a key, or a day of change. Only ``eq`` was ever seen to work."""
        key, operator, column = self._query.key, self._entity.modified_operator, self._entity.modified_column
        if self._entity.bdoc:
            return None
        if key is not None:
            # The filter separates its parts by commas and has no way to quote one.
            value = self._entity.key_value(key)
            return None if "," in value else (self._entity.key_column, "eq", value)
        if self._query.since is not None and operator and column:
            day = self._query.since.astimezone(self._config.formats.zone).date()
            return column, operator, f"{day.isoformat()}T00:00:00.000Z"
        return None

    def _resumed(self, page: int, after: str) -> Iterator[Page] | None:
        """Go on behind the document ``after``; None when it is not where it was, give or take a page."""
        pages = self._walk(max(1, page - 1))
        for found in pages:
            place = next((place for place, row in enumerate(found.rows) if row.key == after), None)
            if place is not None:
                rest = replace(found, rows=found.rows[place:])
                return self._documents(chain([rest], pages), behind=after)
            if found.number > page:
                return None
        return None

    def _documents(self, pages: Iterator[BrowsePage], *, behind: str | None = None) -> Iterator[Page]:
        gathering = Gathering(self._entity, self._where)
        complete: list[Row] = []
        for page in pages:
            rows = page.rows
            if behind is not None and rows:
                first = next((place for place, row in enumerate(rows) if row.key != behind), len(rows))
                rows, behind = rows[first:], behind if first == len(rows) else None
            complete.extend(row for row in gathering.add(rows) if self._asked_for(row))
            if page.last:
                complete.extend(row for row in gathering.finish() if self._asked_for(row))
            elif not complete:
                continue  # one document fills the page: a position in the middle of it would never move
            yield Page(
                rows=tuple(complete),
                number=page.number,
                next=None if page.last else {_PAGE: page.number, _AFTER: self._key(complete[-1])},
                everything=self._only is None and self._query.key is None,
            )
            complete = []

    def _key(self, row: Row) -> str:
        key = row.payload[self._entity.shape.key]
        return "" if key is None else str(key)

    def _asked_for(self, row: Row) -> bool:
        asked, key = self._query.key, self._key(row)
        if asked is None or key.casefold() == asked.casefold():
            return True
        if self._only is None or self._entity.shape.key_parts:
            return False  # filtered by a part of the key at most: others share it
        raise SourceLies(
            f"{self._where} was asked for {self._entity.name} {asked} and gave {key or 'a row without key'} as well; "
            f"nothing was taken. Check that entities.{self._entity.name}.fields.{self._entity.shape.key} is a column "
            "the browse can filter by.",
            key=asked,
        )

    def _walk(self, first: int) -> Iterator[BrowsePage]:
        if self._entity.bdoc:
            return iter([BrowsePage(number=1, rows=self._read_bdoc(self._entity.bdoc), last=True)])
        return walk(
            self._read_page,
            first=first,
            size=self._config.page_size,
            where=self._where,
            drop_repeats=self._entity.tells_lines_apart,
            believe_short=self._only is not None
            and self._query.key is not None
            and not self._entity.shape.lines
            and not self._entity.shape.key_parts,
        )

    def _read_bdoc(self, name: str) -> list[Listed]:
        rows = flattened(self._entity, self._client.bdoc(name))
        absent = columns_in_no_row(self._entity, rows)
        if self._entity.key_column in absent:
            self._missing({self._entity.key_column: absent[self._entity.key_column]})
        return self._listed(rows)

    def _read_page(self, page: int) -> list[Listed]:
        rows = self._client.browse(self._entity.browse, page=page, size=self._config.page_size, only=self._only)
        if not rows and page == 1:
            self._nothing_listed()
        absent = columns_in_no_row(self._entity, rows)
        if absent:
            # A column that no row has may be one that is empty everywhere: the browse's own list decides.
            self._missing({column: path for column, path in absent.items() if column not in self._known_columns()})
        return self._listed(rows)

    def _known_columns(self) -> frozenset[str]:
        if self._columns is None:
            self._columns = self._client.columns_of(self._entity.browse)
        return self._columns

    def _listed(self, rows: list[Raw]) -> list[Listed]:
        return read_rows(self._entity, rows, self._config.formats)

    def _nothing_listed(self) -> None:
        """No rows is what QAD also answers for a browse it does not know and for a column it cannot filter by."""
        if not self._known_columns():
            raise ConfigurationError(
                f"{self._where} gave no rows and the instance lists no columns for it, so there is no such browse; "
                f"correct entities.{self._entity.name}.browse, or ask for this user's access to it.",
                browse=self._entity.browse,
            )
        if self._only is not None and self._only[0] not in self._known_columns():
            column = self._only[0]
            self._missing({column: self._entity.columns()[column]})

    def _missing(self, columns: dict[str, str]) -> None:
        if not columns:
            return
        named = ", ".join(f"{column} ({path})" for column, path in sorted(columns.items()))
        raise ConfigurationError(
            f"{self._where} has no {named}; correct these names in the connection's entities, or set those to null "
            "that the instance does not have.",
            columns=sorted(columns),
        )
