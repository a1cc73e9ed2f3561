"""The reader of a cXML connection: what waits in its inbox; and what its senders are told about their invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Page, Row
from connector.reading import values
from connector.systems.cxml.documents.invoices import Operation
from connector.systems.cxml.incoming.messages import INVOICES, payload_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.exchange import Query, Result
    from connector.ports import Inbox, Received
    from connector.systems.cxml.telling import Telling

_MOST = 100
_MEGABYTE = 1_000_000
_POSITION = "number"


class CxmlSource:
    """Implements ``ports.Source`` and ``ports.Confirming``."""

    def __init__(self, *, inbox: Inbox, telling: Telling, most_megabytes: int) -> None:
        self._inbox, self._telling, self._most = inbox, telling, most_megabytes * _MEGABYTE

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield what came since a time, in the order in which it came; for a key, the latest message about it."""
        if query.key is not None:
            latest = [one for one in self._inbox.about(query.entity, query.key)[:1] if one.body]
            yield Page(rows=self._rows(query.entity, latest), number=1, everything=False)
            return
        after, number = values.whole((query.position or {}).get(_POSITION)) or 0, 1
        while received := self._inbox.read(query.entity, since=query.since, after=after, most=_MOST):
            after = received[-1].number
            yield Page(
                rows=self._rows(query.entity, received), number=number, next={_POSITION: after}, everything=False
            )
            number += 1
        yield Page(rows=(), number=number, everything=False)

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        """Return the row's payload: what came is whole."""
        del entity
        return row.payload

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        """Whether the latest message about an invoice takes it back."""
        key = str(payload.get("source_key") or "")
        if entity != INVOICES or payload.get("operation") == Operation.DELETE:
            return ""
        latest = [payload_of(one, most_bytes=self._most) for one in self._inbox.about(entity, key)[:1] if one.body]
        if not any(_takes_back(one) for one in latest):
            return ""
        return f"Its supplier has taken invoice {values.line(payload.get('invoice_number'))} back."

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        """Tell the supplier how its invoice ended; returns what to write down."""
        del entity
        return self._telling.tell(payload, result)

    def _rows(self, entity: str, received: Sequence[Received]) -> tuple[Row, ...]:
        return tuple(Row(payload=self._payload(entity, one), modified=one.at) for one in received)

    def _payload(self, entity: str, received: Received) -> dict[str, Any]:
        payload = payload_of(received, most_bytes=self._most)
        if entity != INVOICES or not _takes_back(payload):
            return payload
        alike = self._inbox.about(entity, str(payload["source_key"]))
        known = any(not one.body or not _takes_back(payload_of(one, most_bytes=self._most)) for one in alike)
        return {**payload, "original_known": known}


def _takes_back(payload: Mapping[str, Any]) -> bool:
    return payload.get("operation") == Operation.DELETE
