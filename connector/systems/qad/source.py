"""The reader of a QAD connection: what the pipeline asks for, from listings and from coded components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.systems.qad.adaptive.detail import completed
from connector.systems.qad.adaptive.querying import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import Page, Query, Row
    from connector.systems.qad.adaptive.client import QadClient
    from connector.systems.qad.adaptive.names import Names
    from connector.systems.qad.config import QadConfig


class QadSource:
    """Implements ``ports.Source`` and ``ports.Completing``."""

    def __init__(self, *, client: QadClient, names: Names, config: QadConfig) -> None:
        self._client = client
        self._names = names
        self._config = config

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield the documents of an entity, page by page; raises UnknownName, SourceLies, ConfigurationError.

        A document whose rows go on behind the end of a page comes with the next page. Continuing from a position reads
        the page around it again, and everything when the list has moved too far in between.
        """
        entity = self._names.entity(query.entity)
        return Reading(client=self._client, config=self._config, entity=entity, query=query).pages()

    def reads_each(self, entity: str) -> bool:
        """Whether a coded component adds to what the list has."""
        return self._names.entity(entity).detail is not None

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        """Return the row's payload, for suppliers with what their coded component adds to it."""
        known = self._names.entity(entity)
        key = row.payload.get(known.shape.key)
        if known.detail is None or not key:
            return row.payload
        return completed(
            self._client,
            known.detail,
            row.payload,
            str(key),
            shared_set=self._config.shared_set,
            written=self._config.formats,
        )
