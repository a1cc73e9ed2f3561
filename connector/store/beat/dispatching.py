"""What is due and on no queue: found cheaply however much history there is, marked so that nobody sends it twice.

Any number of beats may ask at once: rows that another beat is looking at are skipped.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.domain.record import Due, State
from connector.store.connection import pacing
from connector.store.postgres.text import storable
from connector.store.schema.conditions import ENDS
from connector.store.work.settling import QUEUED

if TYPE_CHECKING:
    from uuid import UUID

    from connector.ports import NextFire
    from connector.store.postgres.transaction import Transaction

#: a flow whose schedule cannot be read is looked at again after this long
_BROKEN_SCHEDULE_RECHECK = dt.timedelta(hours=1)

#: a process that said lately that it lives counts; one that dies counts so long at most
LIVES = dt.timedelta(seconds=20)

_DUE_FLOWS = sa.text("""
SELECT id, schedule, timezone, coalesce(next_due_at, now()) AS slot, now() AS now
FROM flows WHERE enabled AND held_why = '' AND (next_due_at IS NULL OR next_due_at <= now())
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
""")
_NEXT = sa.text("UPDATE flows SET next_due_at = CAST(:next AS timestamptz) WHERE id = :flow")
_FIRE = sa.text("""
INSERT INTO runs (id, flow_id, slot, reason, requested_by)
SELECT CAST(:run AS uuid), CAST(:flow AS uuid), CAST(:slot AS timestamptz), 'schedule', 'schedule'
WHERE NOT EXISTS (SELECT FROM runs o WHERE o.flow_id = :flow AND o.status = 'queued' AND o.only_key IS NULL)
  AND NOT EXISTS (SELECT FROM runs o WHERE o.flow_id = :flow AND o.status = 'running' AND o.only_key IS NULL)
ON CONFLICT DO NOTHING
""")
_BROKEN = sa.text("""
INSERT INTO runs (id, flow_id, slot, reason, status, error, requested_by, finished_at)
VALUES (CAST(:run AS uuid), CAST(:flow AS uuid), CAST(:slot AS timestamptz), 'schedule', 'failed', :error, 'schedule',
        now())
ON CONFLICT DO NOTHING
""")
# Of each flow its own run first, then single documents in the order they became due. What is queued and what is running
# are asked for separately: each has an index of its own.
_DUE_RUNS = sa.text("""
WITH due AS (
    SELECT r.id, r.flow_id, row_number() OVER (PARTITION BY r.flow_id ORDER BY r.whole DESC, r.due_at) AS turn
    FROM flows f CROSS JOIN LATERAL (
        SELECT w.* FROM (
            SELECT q.id, q.flow_id, q.due_at, true AS whole
            FROM runs q
            WHERE q.flow_id = f.id AND q.status = 'queued' AND q.only_key IS NULL AND q.due_at <= now()
              AND (q.queued_until IS NULL OR q.queued_until <= now())
              AND NOT EXISTS (
                SELECT FROM runs o WHERE o.flow_id = f.id AND o.status = 'running' AND o.only_key IS NULL)
              AND NOT EXISTS (
                SELECT FROM runs o WHERE o.flow_id = f.id AND o.status = 'queued' AND o.only_key IS NULL
                AND o.queued_until > now())
            ORDER BY q.due_at LIMIT 1
            FOR UPDATE OF q SKIP LOCKED) w
        UNION ALL
        SELECT s.* FROM (
            SELECT q.id, q.flow_id, q.due_at, false AS whole
            FROM runs q
            WHERE q.flow_id = f.id AND q.status = 'queued' AND q.only_key IS NOT NULL AND q.due_at <= now()
              AND (q.queued_until IS NULL OR q.queued_until <= now())
            ORDER BY q.due_at
            LIMIT greatest(0, :most - (SELECT count(*) FROM runs w WHERE w.flow_id = f.id AND w.status = 'queued'
                                                                     AND w.queued_until > now()))
            FOR UPDATE OF q SKIP LOCKED) s) r
    WHERE f.held_why = ''
),
sent AS (
    UPDATE runs SET queued_until = now() + CAST(:queued AS interval)
    FROM (SELECT id, turn, flow_id FROM due ORDER BY turn, flow_id LIMIT :most) d
    WHERE runs.id = d.id
    RETURNING runs.id, d.turn, d.flow_id
)
SELECT id FROM sent ORDER BY turn, flow_id
""")
# Three looks into one index for each flow: records to map, and, unless their connection is closed, those to load and
# those whose source is to be told. A connection that is slowed down gets no more of them than it has free slots.
# A worker that asks for more of the flow it has just worked on leaves what is slowed down to beat, which shares it out.
_DUE_RECORDS = sa.text(f"""
WITH strength AS MATERIALIZED (
    SELECT CAST(:a_process AS bigint) * count(*) AS places FROM workers w
    WHERE 'load' = ANY(w.queues) AND w.heartbeat_at > now() - CAST(:lives AS interval)
),
slowed AS MATERIALIZED (
    SELECT c.id,
           CASE WHEN c.next_slot_at > now() THEN 0 ELSE 1 + CAST(floor(
                c.pace * extract(epoch FROM least(now() - c.next_slot_at, CAST(:kept AS interval)))) AS bigint) END
           - (SELECT count(*) FROM flows f
              JOIN integrations i ON i.id = f.integration_id
              JOIN records q ON q.flow_id = f.id AND q.queued_until IS NOT NULL AND q.queued_until > now()
               AND q.state IN ('mapped', 'loaded')
              WHERE c.id = CASE WHEN f.reversed <> (q.state = 'loaded') THEN i.source_connection_id
                                ELSE i.target_connection_id END) AS slots
    FROM connections c WHERE c.pace IS NOT NULL
),
room AS MATERIALIZED (
    SELECT f.id AS flow_id,
           greatest(least(f."window", CAST(:most AS bigint)), (SELECT places FROM strength))
           - (SELECT count(*) FROM records q
              WHERE q.flow_id = f.id AND q.queued_until IS NOT NULL AND q.queued_until > now()) AS places,
           s.id AS source, (SELECT w.slots FROM slowed w WHERE w.id = s.id) AS source_slots,
           s.stopped_why IS NULL AND (s.paused_until IS NULL OR s.paused_until <= now()) AS source_open,
           t.id AS target, (SELECT w.slots FROM slowed w WHERE w.id = t.id) AS target_slots,
           t.stopped_why IS NULL AND (t.paused_until IS NULL OR t.paused_until <= now()) AS target_open
    FROM flows f
    JOIN integrations i ON i.id = f.integration_id
    {ENDS}
    WHERE f.held_why = '' AND (CAST(:beside AS uuid) IS NULL
       OR f.id = (SELECT b.flow_id FROM records b WHERE b.id = :beside) AND s.pace IS NULL AND t.pace IS NULL)
),
due AS (
    SELECT e.id, e.state, e.due_at, room.flow_id, room.places, room.target AS works_on, room.target_slots AS slots
    FROM room CROSS JOIN LATERAL (
        SELECT r.id, r.state, r.due_at FROM records r
        WHERE r.flow_id = room.flow_id AND r.state = 'mapped' AND r.due_at <= now() AND r.lease_owner IS NULL
          AND (r.queued_until IS NULL OR r.queued_until <= now())
        ORDER BY r.due_at
        LIMIT CASE WHEN room.target_open THEN greatest(0, least(room.places, room.target_slots)) ELSE 0 END
        FOR UPDATE OF r SKIP LOCKED) e
    UNION ALL
    SELECT e.id, e.state, e.due_at, room.flow_id, room.places, room.source, room.source_slots
    FROM room CROSS JOIN LATERAL (
        SELECT r.id, r.state, r.due_at FROM records r
        WHERE r.flow_id = room.flow_id AND r.state = 'loaded' AND r.due_at <= now() AND r.lease_owner IS NULL
          AND (r.queued_until IS NULL OR r.queued_until <= now())
        ORDER BY r.due_at
        LIMIT CASE WHEN room.source_open THEN greatest(0, least(room.places, room.source_slots)) ELSE 0 END
        FOR UPDATE OF r SKIP LOCKED) e
    UNION ALL
    SELECT e.id, e.state, e.due_at, room.flow_id, room.places, NULL, NULL
    FROM room CROSS JOIN LATERAL (
        SELECT r.id, r.state, r.due_at FROM records r
        WHERE r.flow_id = room.flow_id AND r.state = 'extracted' AND r.due_at <= now() AND r.lease_owner IS NULL
          AND NOT r.reread AND (r.queued_until IS NULL OR r.queued_until <= now())
        ORDER BY r.due_at LIMIT greatest(0, room.places)
        FOR UPDATE OF r SKIP LOCKED) e
),
turns AS (
    SELECT due.*, row_number() OVER (PARTITION BY due.flow_id ORDER BY due.due_at) AS turn FROM due
),
taken AS (
    SELECT turns.*, row_number() OVER (PARTITION BY works_on ORDER BY turn, flow_id) AS slot FROM turns
    WHERE turn <= places
),
sent AS (
    UPDATE records SET queued_until = now() + CAST(:queued AS interval)
    FROM (SELECT * FROM taken WHERE slots IS NULL OR slot <= slots ORDER BY turn, flow_id
          LIMIT greatest(CAST(:most AS bigint), (SELECT places FROM strength))) d
    WHERE records.id = d.id
    RETURNING records.id, records.state, records.goes_alone, d.turn, d.flow_id
)
SELECT id, state, goes_alone, flow_id FROM sent ORDER BY turn, flow_id
""")  # noqa: S608  constant parts only


def fire_due_flows(tx: Transaction, next_fire: NextFire) -> int:
    """Queue a run for every enabled flow that is due; returns how many.

    Slots that were missed while nothing ran collapse into one. A flow whose last full run has not ended gets no second
    one. A schedule that cannot be read makes a failed run that says so.
    """
    fired = 0
    for flow in tx.rows(_DUE_FLOWS):
        try:
            following = next_fire(flow.schedule, flow.timezone, flow.now)
        except ConfigurationError as error:
            tx.run(_BROKEN, run=new_id(), flow=flow.id, slot=flow.slot, error=storable(error.message))
            following = flow.now + _BROKEN_SCHEDULE_RECHECK
        else:
            fired += tx.run(_FIRE, run=new_id(), flow=flow.id, slot=flow.slot)
        tx.run(_NEXT, flow=flow.id, next=following)
    return fired


def due_runs(tx: Transaction, most: int) -> list[UUID]:
    """Runs to send now: fair turns between flows, at most ``most`` of a flow on the queue; marked as sent."""
    return [row.id for row in tx.rows(_DUE_RUNS, most=most, queued=QUEUED)]


def due_records(tx: Transaction, most: int, *, a_process: int = 0, beside: UUID | None = None) -> list[Due]:
    """Records to send now: fair turns between flows, within their windows and connections' paces; marked as sent.

    Where processes that load are there for more, so many records ``a_process`` count for a flow's window and for
    ``most``. ``beside`` a record: of its flow alone.
    """
    rows: Any = tx.rows(
        _DUE_RECORDS, most=most, queued=QUEUED, kept=pacing.KEPT, a_process=a_process, lives=LIVES, beside=beside
    )
    return [
        Due(record_id=row.id, flow_id=row.flow_id, state=State(row.state), goes_alone=row.goes_alone) for row in rows
    ]
