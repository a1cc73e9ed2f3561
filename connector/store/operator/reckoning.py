"""The documents of a period as the ledger has them: by their own date, or by the day they were read without one.

This is the one place that knows where a document's date is kept. Of a document its newest version counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.payload import bare, payload_identity
from connector.domain.reconciliation import Kept
from connector.domain.schedule import zone
from connector.store.operator.finding import high, low
from connector.store.schema.conditions import UNDER_WAY
from connector.store.work import payloads
from connector.store.work.tried import doubtful

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.ports import Vault
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction

#: documents that are in memory at a time, beside the ids of all
PAGE = 500

NEWEST = "JOIN documents d ON d.id = r.document_id AND d.version = r.version"
_CHOSEN = f"""
SELECT r.id FROM summaries s JOIN all_records r ON r.id = s.record_id AND r.flow_id = :flow {NEWEST}
 WHERE s.date BETWEEN :first AND :last
UNION ALL
SELECT r.id FROM all_records r {NEWEST} LEFT JOIN summaries s ON s.record_id = r.id
 WHERE r.flow_id = :flow AND r.id BETWEEN :low AND :high AND s.date IS NULL
 ORDER BY id
"""  # noqa: S608  constant parts only
# What is waited for, without the document it is waited for with: a flow, a table of codes, a gate up to its " of ".
REASON = f"""
       CASE WHEN letter.code IS NOT NULL THEN letter.code
            WHEN r.state = 'done' THEN ''
            WHEN NOT r.{UNDER_WAY} OR r.state = 'loaded' THEN r.state
            WHEN r.waits_for IS NOT NULL
            THEN r.hold || ': ' || split_part(r.waits_for[1], ':', 1) || ' ' || split_part(r.waits_for[1], ':', 2)
            WHEN r.gate IS NOT NULL THEN 'gate: ' || split_part(r.gate, ' of ', 1)
            ELSE coalesce(r.hold, 'on its way') END AS reason
"""
_DETAILS = f"""
SELECT r.id AS record_id, r.source_key AS key, r.version, coalesce(s.number, r.source_key) AS number,
       coalesce(s.party, '') AS party, coalesce(s.party_name, '') AS party_name,
       coalesce(s.date, CAST(r.created_at AT TIME ZONE :zone AS date)) AS date, s.amount,
       coalesce(s.currency, '') AS currency, r.state, r.hold,
       coalesce(letter.reason, nullif(r.why, ''), r.gate, '') AS why,
       {REASON}, letter.code IS NOT NULL AS open_letter,
       EXISTS {doubtful("d.id")} AS in_doubt,
       d.target_key, coalesce(r.target_id, d.target_id) AS target_id, s.record_id IS NOT NULL AS named
  FROM all_records r JOIN documents d ON d.id = r.document_id LEFT JOIN summaries s ON s.record_id = r.id
  LEFT JOIN dead_letters letter ON letter.record_id = r.id AND letter.resolved_at IS NULL
 WHERE r.id = ANY(:ids) ORDER BY r.id
"""  # noqa: S608  likewise
# What was sent last, or would be: of the version that the target took where the newest has not come that far.
_SENT = f"""
SELECT n.id AS record_id, r.id AS sent_id, r.correlation_id, {payloads.of(payloads.TARGET)} AS sealed
  FROM all_records n JOIN documents d ON d.id = n.document_id
  JOIN all_records r ON r.document_id = d.id
   AND r.version = coalesce(d.loaded_version, n.version)
 WHERE n.id = ANY(:ids)
"""  # noqa: S608  likewise
_NAMED = """
SELECT r.source_key AS key, r.id, coalesce(s.number, r.source_key) AS number
  FROM documents d JOIN all_records r ON r.document_id = d.id AND r.version = d.version
  LEFT JOIN summaries s ON s.record_id = r.id
 WHERE d.flow_id = :flow AND d.source_key = ANY(:keys)
"""
_KNOWN = """
SELECT d.source_key, d.fingerprint FROM documents d WHERE d.flow_id = :flow AND d.source_key = ANY(:keys)
"""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a target was sent of a document, sealed."""

    #: the newest version of the document
    record_id: UUID
    #: the version that was sent
    sent_id: UUID
    correlation_id: str
    #: None where nothing was mapped, or retention has removed it
    sealed: bytes | None

    def opened(self, vault: Vault) -> Mapping[str, Any]:
        """What was sent, with its key; raises ConfigurationError where it cannot be opened."""
        assert self.sealed is not None  # noqa: S101 - who asks has looked
        return bare(canonical.loads(vault.open(bytes(self.sealed), payload_identity(self.sent_id, payloads.TARGET))))


def chosen(tx: OperatorTransaction, flow: Flow, period: Period) -> list[UUID]:
    """The newest versions of the documents of a period, in the order they were read."""
    where = zone(flow.timezone)
    rows = tx.mappings(
        _CHOSEN,
        flow=flow.id,
        first=period.first,
        last=period.last,
        low=low(period.begins(where)),
        high=high(period.ends(where)),
    )
    return [row["id"] for row in rows]


def details(tx: OperatorTransaction, flow: Flow, ids: Sequence[UUID]) -> list[Kept]:
    """Where each of these stands."""
    rows = tx.mappings(_DETAILS, ids=list(ids), zone=flow.timezone)
    return [Kept(**row) for row in rows]


def sent(tx: OperatorTransaction, ids: Sequence[UUID]) -> list[Sent]:
    """What was sent of each of these, or would be."""
    return [Sent(**row) for row in tx.mappings(_SENT, ids=list(ids))]


def named(tx: OperatorTransaction, flow: Flow, keys: Sequence[str]) -> dict[str, tuple[UUID, str]]:
    """By source key the newest version of these documents, and what it is called."""
    rows = tx.mappings(_NAMED, flow=flow.id, keys=list(keys)) if keys else []
    return {row["key"]: (row["id"], row["number"]) for row in rows}


def known(tx: OperatorTransaction, flow: Flow, keys: Sequence[str]) -> Mapping[str, str]:
    """The fingerprints of those of these source keys that were ever read."""
    return {row["source_key"]: row["fingerprint"] for row in tx.mappings(_KNOWN, flow=flow.id, keys=list(keys))}
