"""Claiming records: one statement decides, and reads everything a step needs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.journey import STATE_FOR, Step
from connector.domain.record import Claim, State
from connector.store.connection import pacing
from connector.store.connection.state import PROBE, PROBING, STOPPED_RECHECK, may_probe
from connector.store.schema.conditions import ENDS, HELD, NOT_ENDED
from connector.store.work import payloads
from connector.store.work.tried import SINCE, doubtful, earliest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.postgres.transaction import Transaction

# An older version of the document that is still under way comes first, and a version somebody holds is not overtaken.
# Everybody locks in one order, documents before records: an attempt that follows in the same transaction needs them.
# Where nothing was under way when Postgres counted last, it would look at all that is under way instead of at these:
# so the state is written as no index has it, and what is asked of each record is no join.
_CLAIM = f"""
WITH {{locked}} due AS MATERIALIZED (
    SELECT r.id FROM records r {{from_locked}}
    WHERE r.id = ANY(CAST(:records AS uuid[])) AND (r.state || '') = :state AND r.lease_owner IS NULL
      AND r.due_at <= now()
      AND NOT r.reread AND (NOT r.goes_alone OR NOT CAST(:among_others AS boolean))
      AND NOT {HELD.format(flow="r.flow_id")}
      AND (SELECT o.id FROM records o
           WHERE o.document_id = r.document_id AND o.id <> r.id AND o.{NOT_ENDED}
             AND (o.version < r.version OR o.lease_owner IS NOT NULL) LIMIT 1) IS NULL
    ORDER BY r.id FOR UPDATE OF r
),
mine AS (
    UPDATE records r
    SET lease_owner = :worker, leased_at = now(), fence = r.fence + 1, queued_until = NULL,
        among_others = CAST(:among_others AS boolean)
    FROM due WHERE r.id = due.id AND r.lease_owner IS NULL
    RETURNING r.id, r.document_id, r.flow_id, r.source_key, r.version, r.state, r.fence, r.tries,
              r.crashes, r.waiting_since, r.correlation_id, r.audit_head, r.acknowledged_at, r.result,
              coalesce(r.target_id, (SELECT k.target_id FROM documents k WHERE k.id = r.document_id)) AS target_id,
              {{payload}}
)
SELECT m.*, now() AS claimed_at, f.integration_id, f.name AS flow, f.options, s.name AS source_connection,
       t.name AS target_connection, d.loaded_fingerprint, w.stopped_why, w.paused_why, w.failures,
       w.paused_until - now() AS paused_for,
       w.pace IS NOT NULL AS slowed, d.first_seen AS first_read, d.target_key IS NOT NULL AS tried,
       d.version AS newest_version
FROM mine m
JOIN flows f ON f.id = m.flow_id
JOIN integrations i ON i.id = f.integration_id
{ENDS}
JOIN connections w ON w.id = CASE WHEN m.state = 'loaded' THEN s.id ELSE t.id END
JOIN documents d ON d.id = m.document_id
ORDER BY array_position(CAST(:records AS uuid[]), m.id)
"""  # noqa: S608  constant parts only
_LOCKED = """locked AS MATERIALIZED (
    SELECT d.id FROM documents d
    WHERE d.id IN (SELECT document_id FROM records WHERE id = ANY(CAST(:records AS uuid[])))
    ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE
),"""
_SOURCE = f"{payloads.of_known(payloads.SOURCE)} AS source_payload, NULL AS target_payload"
_TARGET = f"NULL AS source_payload, {payloads.of_known(payloads.TARGET)} AS target_payload"
_CLAIMS = {
    Step.MAP: sa.text(_CLAIM.format(locked="", from_locked="", payload=_SOURCE)),
    Step.CONFIRM: sa.text(_CLAIM.format(locked="", from_locked="", payload=_SOURCE)),
    Step.LOAD: sa.text(
        _CLAIM.format(locked=_LOCKED, from_locked="JOIN locked ON locked.id = r.document_id", payload=_TARGET)
    ),
}

# In statements of their own, which open the months they are told, and most often there is none: an attempt gives its
# document a target key, and while nobody knows its answer, nothing takes that away.
_DOUBTS = sa.text(f"""
SELECT g.document, q.id AS doubtful, q.asked, coalesce(q.asked_at, q.sent_at) AS asked_at
FROM unnest(CAST(:documents AS uuid[])) AS g (document) CROSS JOIN LATERAL {doubtful("g.document", since=SINCE)} q
""")  # noqa: S608  constant parts only
_PAYLOAD = """
SELECT r.id, {payload} AS sealed FROM records r WHERE r.id = ANY(CAST(:records AS uuid[]))
"""
_PAYLOADS = {
    which: sa.text(_PAYLOAD.format(payload=payloads.of(which))) for which in (payloads.SOURCE, payloads.TARGET)
}
_BESIDE = sa.text("""
SELECT r.id, r.document_id, d.first_seen AS first_read, d.target_key IS NOT NULL AS tried
FROM records r JOIN documents d ON d.id = r.document_id
WHERE r.flow_id = :flow AND r.state = 'mapped' AND r.due_at <= now() AND r.lease_owner IS NULL
  AND r.tries = 0 AND r.crashes = 0 AND NOT r.goes_alone
ORDER BY r.due_at LIMIT :most
""")
# The last of them first: the others are about to be taken by whoever has their message next.
_QUEUED_BESIDE = sa.text("""
SELECT r.id FROM records r
WHERE r.flow_id = :flow AND r.queued_until > now() AND r.queued_until IS NOT NULL AND r.state = 'mapped'
  AND r.due_at <= now() AND r.lease_owner IS NULL AND NOT r.goes_alone
  AND NOT EXISTS (
    SELECT FROM flows f JOIN records o ON o.flow_id = f.id
    WHERE f.id <> :flow AND o.queued_until > now() AND o.queued_until IS NOT NULL AND o.state IN ('mapped', 'loaded'))
ORDER BY r.queued_until DESC, r.due_at DESC LIMIT :most
""")
_OWNS = sa.text("""
SELECT EXISTS (SELECT FROM records WHERE id = :record AND fence = :fence AND lease_owner IS NOT NULL)
""")


class LedgerClaims:
    """Implements ports.Claims in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def claim(self, record_ids: Sequence[UUID], step: Step, worker: UUID) -> list[Claim]:
        """Claim those of these records that are due for a step, in this order.

        The target payload comes with a claim to load, the source payload with the others. What is known of the
        connection is of the one the step works on: the source's when it is told, else the target's. What has to go
        alone is claimed alone only.
        """
        found = self._tx.rows(
            _CLAIMS[step],
            records=list(record_ids),
            state=STATE_FOR[step].value,
            worker=worker,
            among_others=len(record_ids) > 1,
            **payloads.around(record_ids),
        )
        claimed = self._with_doubts(self._with_payloads(step, [_from_row(row) for row in found]), found)
        return claimed if step is Step.MAP else [self._in_its_turn(claim) for claim in claimed]

    def _with_payloads(self, step: Step, claims: list[Claim]) -> list[Claim]:
        """What was not where it was looked for first is looked for in every month there is."""
        which = payloads.TARGET if step is Step.LOAD else payloads.SOURCE
        column = f"{which}_payload"
        lacking = [claim.record_id for claim in claims if getattr(claim, column) is None]
        if not lacking:
            return claims
        found = {row.id: row.sealed for row in self._tx.rows(_PAYLOADS[which], records=lacking)}
        return [
            replace(claim, **{column: found[claim.record_id]}) if claim.record_id in found else claim
            for claim in claims
        ]

    def _with_doubts(self, claims: list[Claim], rows: Sequence[sa.Row[Any]]) -> list[Claim]:
        doubts = self._doubts(rows)
        return [
            replace(claim, doubtful=one.doubtful, asked=one.asked, asked_at=one.asked_at)
            if (one := doubts.get(claim.document_id))
            else claim
            for claim in claims
        ]

    def _doubts(self, rows: Sequence[sa.Row[Any]]) -> dict[UUID, sa.Row[Any]]:
        """The attempts of these documents that nobody knows the answer of, by document."""
        tried = {row.document_id: row.first_read for row in rows if row.tried}
        if not tried:
            return {}
        found = self._tx.rows(_DOUBTS, documents=list(tried), since=earliest(tried.values()))
        return {row.document: row for row in found}

    def _in_its_turn(self, claim: Claim) -> Claim:
        """Where its connection may be used by a few only, one that is not among them is paused."""
        if claim.paused_for is not None:
            return claim
        if not may_probe(self._tx, claim):
            return replace(claim, paused_for=PROBE, paused_why=PROBING)
        turn = pacing.take_slot(self._tx, claim.works_on) if claim.slowed else None
        return claim if turn is None else replace(claim, paused_for=turn[0], paused_why=turn[1])

    def beside(self, claim: Claim, most: int, *, queued: bool = False) -> list[UUID]:
        """Records of the same flow that are due to be loaded, never were tried, and are in no doubt.

        ``queued``: whatever need not go alone and whose message waits; none when somebody else's waits as well.
        """
        found = self._tx.rows(_QUEUED_BESIDE if queued else _BESIDE, flow=claim.flow_id, most=most)
        doubts = {} if queued else self._doubts(found)
        return [row.id for row in found if queued or row.document_id not in doubts]

    def owns(self, claim: Claim) -> bool:
        """Whether this claim is still the newest one on its record."""
        return bool(self._tx.value(_OWNS, record=claim.record_id, fence=claim.fence))


def _from_row(row: sa.Row[Any]) -> Claim:
    paused_for, paused_why = _pause(row)
    return Claim(
        record_id=row.id,
        document_id=row.document_id,
        flow_id=row.flow_id,
        integration_id=row.integration_id,
        flow=row.flow,
        source_connection=row.source_connection,
        target_connection=row.target_connection,
        source_key=row.source_key,
        version=row.version,
        newest_version=row.newest_version,
        state=State(row.state),
        fence=row.fence,
        tries=row.tries,
        crashes=row.crashes,
        waiting_since=row.waiting_since,
        claimed_at=row.claimed_at,
        source_payload=row.source_payload,
        target_payload=row.target_payload,
        correlation_id=row.correlation_id,
        audit_head=bytes(row.audit_head),
        options=row.options,
        acknowledged=row.acknowledged_at is not None,
        result=row.result,
        target_id=row.target_id,
        first_read=row.first_read,
        loaded_fingerprint=row.loaded_fingerprint,
        paused_for=paused_for,
        paused_why=paused_why,
        failures=row.failures,
        slowed=row.slowed,
    )


def _pause(row: sa.Row[Any]) -> tuple[dt.timedelta | None, str]:
    if row.stopped_why is not None:
        return STOPPED_RECHECK, row.stopped_why
    if row.paused_for is not None and row.paused_for > dt.timedelta(0):
        return row.paused_for, row.paused_why or ""
    return None, ""
