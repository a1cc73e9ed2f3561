"""Finding a posting again: QAD is asked by its browse, and its silence is believed only from a browse that is there.

QAD answers no rows for a posting that is not there, and just the same for a browse it does not know and a column it
cannot filter by. So the browse's own list of columns is read first, once; without it nothing is ever posted blindly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, SourceLies
from connector.systems.qad.adaptive.listing import read_all
from connector.systems.qad.entities import finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.systems.qad.adaptive.client import QadClient, Raw
    from connector.systems.qad.adaptive.posting_names import Posting
    from connector.systems.qad.formats import Formats

Row = Mapping[str, Any]
#: a browse that ignores its filter would be read to its end before each post
_MOST_PAGES = 100


class Search:
    """Searches one kind of posting in one workspace."""

    def __init__(self, *, client: QadClient, posting: Posting, size: int, written: Formats) -> None:
        self._client, self._posting, self._size, self._written = client, posting, size, written
        self._proven = False

    def fitting(self, field: str, value: str, fits: Callable[[Row], bool]) -> Iterator[Row]:
        """The postings whose ``field`` is ``value`` and that fit, under our names."""
        self.prove()
        yield from filter(fits, self._rows(field, value))

    def prove(self) -> None:
        """Whether the browse and every column is there; raises ConfigurationError."""
        if self._proven:
            return
        browse = self._posting.browse
        columns = self._client.columns_of(browse)
        if not columns:
            raise ConfigurationError(
                f"{self._client.where}: the instance lists no columns for browse {browse}, so nobody can tell what is "
                f"posted already, and nothing is posted; correct entities.{self._posting.name}.search.browse, or ask "
                "for this user's access to it.",
                browse=browse,
            )
        self._refuse({ours: column for ours, column in self._posting.search.items() if column not in columns})
        self._proven = True

    def _refuse(self, absent: Mapping[str, str]) -> None:
        if absent:
            path = f"entities.{self._posting.name}.search.fields"
            named = ", ".join(f"{column} ({path}.{ours})" for ours, column in sorted(absent.items()))
            raise ConfigurationError(
                f"{self._client.where}: browse {self._posting.browse} has no {named}, so nobody can tell what is "
                "posted already, and nothing is posted; correct these names in the connection's entities.",
                columns=sorted(absent.values()),
            )

    def _is_told(self, row: Row) -> None:
        if absent := finding.untold(row, self._posting.search):
            raise SourceLies(
                f"{self._client.where}: browse {self._posting.browse} answered with a posting without "
                f"{', '.join(absent)}, so nobody can tell what is posted already, and nothing is posted; look at it in "
                "QAD.",
                browse=self._posting.browse,
            )

    def _rows(self, field: str, value: str) -> Iterator[Row]:
        before: list[Raw] = []
        for page in range(1, _MOST_PAGES + 1):
            only = (self._posting.search[field], "eq", value)
            rows = self._client.browse(self._posting.browse, page=page, size=self._size, only=only)
            # asked for more than there is, an instance may answer nothing or its last page again
            if not rows or (rows == before and len(rows) < self._size):
                return
            if rows == before:
                break
            if not all(any(column in row for column in self._posting.search.values()) for row in rows):
                raise SourceLies(
                    f"{self._client.where}: browse {self._posting.browse} answered with a row that has none of its "
                    "columns, so nobody can tell what is posted already, and nothing is posted; look at it in QAD.",
                    browse=self._posting.browse,
                )
            for row in read_all(self._posting.search, rows, self._written):
                self._is_told(row)
                yield row
            before = rows
        raise SourceLies(
            f"{self._client.where}: browse {self._posting.browse} does not come to an end when asked for "
            f"{self._posting.search[field]} {value}, so nothing was posted; check that it can be filtered by it.",
            browse=self._posting.browse,
        )
