"""The reader of a Concur connection: financial documents that wait for an ERP, and what Concur is told about them."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Page, Row
from connector.reading import values
from connector.systems.concur import payloads
from connector.systems.concur.confirming import Confirmations
from connector.systems.concur.financial import kind_of
from connector.systems.concur.shrinking_list import Batch, drained

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from connector.domain.exchange import Query, Result
    from connector.domain.outcome import Cancel, Retry
    from connector.systems.concur.config import ConcurConfig
    from connector.systems.concur.financial import FinancialIntegration
    from connector.systems.concur.names import Names

_DOC_ID = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
_log = logging.getLogger(__name__)


class ConcurSource:
    """Implements ``ports.Source``, ``ports.Acknowledging`` and ``ports.Confirming``."""

    def __init__(self, *, service: FinancialIntegration, names: Names, config: ConcurConfig) -> None:
        self._service, self._names, self._config = service, names, config
        self._confirmations = Confirmations(service=service)

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield the documents that wait, then an empty page; for a key, that document (its id, or what it is about).

        Only documents that wait can be found by what they are about: report id, request id, cash advance id.
        """
        kind = kind_of(query.entity)
        if query.key is not None:
            yield Page(rows=self._one(query.entity, query.key), number=1, everything=False)
            return
        number = 1
        start = values.whole((query.position or {}).get("page")) or 0
        for batch in drained(lambda page: self._service.ready(kind, page), start=start, what=query.entity):
            for rows in _apart(self._rows(query.entity, batch)):
                yield Page(rows=rows, number=number, next={"page": batch.page}, everything=False)
                number += 1
        yield Page(rows=(), number=number, everything=False)

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        """Return the row's payload: what is listed is whole."""
        del entity
        return row.payload

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, Cancel | Retry]:
        """Tell Concur that these documents are in our ledger, which takes them off its list."""
        return self._confirmations.acknowledge(entity, payloads)

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        """Ask what has become of a document that we hold."""
        return self._confirmations.withdrawn(entity, payload)

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        """Tell Concur how the posting ended."""
        return self._confirmations.confirm(entity, payload, result)

    def _one(self, entity: str, key: str) -> tuple[Row, ...]:
        kind = kind_of(entity)
        doc_id = key.rpartition("/")[2]
        if _DOC_ID.fullmatch(doc_id):
            found = self._service.single(kind, doc_id)
            if found is not None:
                return tuple(self._allowed(entity, [{"docStatus": "UNKNOWN", **found}]))
        for batch in drained(lambda page: self._service.ready(kind, page), what=entity):
            for row in self._rows(entity, batch):
                if row.payload[payloads.SOURCE_KEY] == key:
                    return (row,)
        return ()

    def _rows(self, entity: str, batch: Batch) -> list[Row]:
        return list(self._allowed(entity, batch.documents))

    def _allowed(self, entity: str, documents: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
        """Documents of Concur's test users stay on its list: they are not ours, and nobody tells it that they are."""
        for document in documents:
            payload = payloads.payload(document, entity=entity, names=self._names, system_id=self._config.system_id)
            if payload[payloads.IS_TEST] and not self._config.allow_test_documents:
                _log.info("concur.test_document_left", extra={"entity": entity, "doc_id": payload[payloads.DOC_ID]})
                continue
            owed = values.text(document.get("docStatus")).upper() in {"", "READY"}
            yield Row(payload=payload, owed=owed, corrects=_corrects(payload))


def _corrects(payload: Mapping[str, Any]) -> bool:
    """Whether it is a later revision; anything else under a known key is a document of its own."""
    revision = str(payload[payloads.REVISION])
    return revision.isdecimal() and int(revision) > 1


def _apart(rows: list[Row]) -> Iterator[tuple[Row, ...]]:
    """Two versions of one document never share a page: the later one is a document's next version, not its double."""
    while rows:
        first: dict[str, Row] = {}
        later: list[Row] = []
        for row in rows:
            key = row.payload[payloads.SOURCE_KEY] or row.payload[payloads.DOC_ID]
            if key in first:
                later.append(row)
            else:
                first[key] = row
        yield tuple(first.values())
        rows = later
