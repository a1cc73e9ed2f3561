"""Documents of a flow by their newest version, page by page: where each stands, and its sealed payloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.operator.finding import high, low
from connector.store.work import payloads

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: documents that are in memory at a time
PAGE = 500
#: behind every record
LAST = high(None)

_SELECT = f"""
SELECT r.id AS record_id, d.flow_id, i.name || '/' || f.name AS flow, d.source_key, r.version, r.state, r.hold,
       coalesce(r.gate, r.why, '') AS why, d.target_id, d.target_key, {payloads.of(payloads.SOURCE)} AS source
  FROM documents d JOIN all_records r ON r.document_id = d.id AND r.version = d.version
  JOIN flows f ON f.id = d.flow_id JOIN integrations i ON i.id = f.integration_id
"""  # noqa: S608  constant parts only
_OF_FLOW = f"{_SELECT} WHERE d.flow_id = :flow AND d.source_key > :after ORDER BY d.source_key LIMIT :most"
# By the ids of records, which rise with time: the newest of an integration first, and no further than asked for.
_SINCE = f"""
{_SELECT} WHERE r.integration_id = :integration AND r.id >= :since AND r.id < :before AND f.name = ANY(:flows)
 ORDER BY r.id DESC LIMIT :most
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The newest version of a document."""

    record_id: UUID
    flow_id: UUID
    #: full name
    flow: str
    source_key: str
    version: int
    state: str
    hold: str | None
    why: str
    target_id: str | None
    target_key: str | None
    #: sealed; None when retention has removed it
    source: bytes | None


def of_flow(tx: OperatorTransaction, flow_id: UUID, *, after: str) -> list[Standing]:
    """The next documents of a flow in the order of their source keys."""
    return [Standing(**row) for row in tx.mappings(_OF_FLOW, flow=flow_id, after=after, most=PAGE)]


def newest(
    tx: OperatorTransaction,
    integration_id: UUID,
    *,
    since: dt.datetime,
    flows: Sequence[str],
    before: UUID = LAST,
) -> list[Standing]:
    """The next documents of these flows that were read since a moment, the newest first."""
    rows = tx.mappings(
        _SINCE, integration=integration_id, since=low(since), flows=list(flows), before=before, most=PAGE
    )
    return [Standing(**row) for row in rows]
