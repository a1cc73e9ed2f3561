"""Workers: their heartbeats, and what becomes of the work of those that died."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.journey import MOST_CRASHES
from connector.store.audit import trail
from connector.store.postgres.text import storable
from connector.store.postgres.waking import wake
from connector.store.work import releasing
from connector.store.work.ending import end_if_over
from connector.store.work.tried import SAID_OF_DOUBT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Unpack
    from uuid import UUID

    from connector.store.postgres.transaction import AnyRow, Transaction

ACTOR = "rescue"
AMONG_OTHERS = (
    "its worker stopped while it worked on this record and others; whose fault that was shows when each goes alone"
)
READING_CRASHED = f"The worker process died {MOST_CRASHES} times while reading it: look into the workers' log."
FORGOTTEN = "given back: the ledger did not answer when its worker began or finished"
#: a worker that speaks so long after a claim of its own, and works on something else, has forgotten it: the ledger did
#: not answer when it claimed or finished, which is nobody's crash
FORGOTTEN_AFTER = dt.timedelta(seconds=20)
#: what was queued when a worker died and has not been taken for so long was lost with it, or waits in a long queue
LOST_AFTER = dt.timedelta(seconds=2)

_HEARTBEAT = sa.text("""
INSERT INTO workers (id, host, pid, kind, busy_with, busy_with_all, queues, turned_at, binds, keeps_apart,
                     archives)
VALUES (:worker, :host, :pid, :kind, (CAST(:busy_with AS uuid[]))[1], CAST(:busy_with AS uuid[]),
        CAST(:queues AS text[]), now() - CAST(:turned_ago AS interval), true, true, true)
ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), busy_with = excluded.busy_with,
    busy_with_all = excluded.busy_with_all, turned_at = excluded.turned_at
""")
_GIVE_BACK = (
    *(
        sa.text(f"""
UPDATE {table} SET lease_owner = NULL, leased_at = NULL, fence = fence + 1, queued_until = NULL, due_at = now()
WHERE lease_owner = :worker
""")  # noqa: S608  constant parts only
        for table in ("records", "pieces")
    ),
    sa.text("""
UPDATE runs SET lease_owner = NULL, leased_at = NULL, fence = fence + 1, queued_until = NULL, due_at = now(),
                status = 'queued'
WHERE lease_owner = :worker AND status = 'running'
"""),
    sa.text("DELETE FROM workers WHERE id = :worker"),
)
_DEAD = "(w.id IS NULL OR w.heartbeat_at < now() - CAST(:dead_after AS interval))"
# A worker of an older release says one of what it works on.
_BUSY_WITH = "coalesce(w.busy_with_all, ARRAY[w.busy_with])"
_FORGOTTEN = f"""
(NOT coalesce(r.id = ANY({_BUSY_WITH}), false) AND w.heartbeat_at > r.leased_at + CAST(:forgotten_after AS interval))
"""
# What goes in one request with a record its worker says it works on was claimed after that one.
_TOGETHER = f"""
EXISTS (SELECT FROM records b
        WHERE b.id = ANY({_BUSY_WITH}) AND b.lease_owner = w.id AND b.flow_id = r.flow_id
          AND b.leased_at <= r.leased_at)
"""
_LOST_RECORDS = sa.text(f"""
SELECT r.id, r.document_id, r.flow_id, r.state, r.crashes, r.audit_head, r.lease_owner, now() AS now,
       {_DEAD} AS crashed, r.among_others
FROM records r LEFT JOIN workers w ON w.id = r.lease_owner
WHERE r.lease_owner IS NOT NULL AND ({_DEAD} OR ({_FORGOTTEN} AND NOT {_TOGETHER}))
ORDER BY r.id LIMIT 500 FOR UPDATE OF r SKIP LOCKED
""")  # noqa: S608  constant parts only
_LOST_RUNS = sa.text(f"""
SELECT r.id, CAST({_DEAD} AS integer) AS crashed FROM runs r LEFT JOIN workers w ON w.id = r.lease_owner
WHERE r.lease_owner IS NOT NULL AND r.status = 'running' AND ({_DEAD} OR {_FORGOTTEN})
ORDER BY r.id LIMIT 100 FOR UPDATE OF r SKIP LOCKED
""")  # noqa: S608  constant parts only
_RESCUE_RECORDS = sa.text("""
UPDATE records r
SET lease_owner = NULL, leased_at = NULL, fence = r.fence + 1, queued_until = NULL, crashes = l.crashes,
    goes_alone = r.goes_alone OR l.alone,
    due_at = CASE WHEN l.dead THEN NULL ELSE now() END,
    state = CASE WHEN l.dead THEN 'dead' ELSE r.state END,
    hold = CASE WHEN l.dead THEN NULL ELSE 'retry' END,
    why = l.why, audit_head = l.head, updated_at = now(),
    finished_at = CASE WHEN l.dead THEN now() END,
    gate = CASE WHEN l.dead THEN NULL ELSE r.gate END,
    waits_for = CASE WHEN l.dead THEN NULL ELSE r.waits_for END
FROM unnest(CAST(:ids AS uuid[]), CAST(:dead AS boolean[]), CAST(:crashes AS integer[]), CAST(:whys AS text[]),
            CAST(:heads AS bytea[]), CAST(:alone AS boolean[]))
     AS l (id, dead, crashes, why, head, alone)
WHERE r.id = l.id
""")
_BURY = sa.text(f"""
INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
SELECT b.id, b.record, b.flow, 'worker_crashed', :reason, :suggestion || {SAID_OF_DOUBT.format(document="b.document")}
FROM unnest(CAST(:ids AS uuid[]), CAST(:records AS uuid[]), CAST(:flows AS uuid[]), CAST(:documents AS uuid[]))
     AS b (id, record, flow, document)
""")  # noqa: S608  constant parts only
_RESCUE_RUN = sa.text("""
UPDATE runs
SET lease_owner = NULL, leased_at = NULL, fence = fence + 1, queued_until = NULL, crashes = crashes + :crashed,
    due_at = now(), why = 'its worker stopped',
    status = CASE WHEN crashes + :crashed >= :most THEN 'failed' ELSE 'queued' END,
    error = CASE WHEN crashes + :crashed >= :most THEN CAST(:error AS text) ELSE error END,
    finished_at = CASE WHEN crashes + :crashed >= :most THEN now() END
WHERE id = :run
""")
# Whose fault it was shows when each document goes alone.
_LOST_PIECES = sa.text(f"""
SELECT r.id, r.run_id, CAST({_DEAD} AS integer) AS crashed
FROM pieces r JOIN runs u ON u.id = r.run_id LEFT JOIN workers w ON w.id = r.lease_owner
WHERE r.lease_owner IS NOT NULL AND ({_DEAD} OR {_FORGOTTEN})
ORDER BY r.id LIMIT 100 FOR NO KEY UPDATE OF u, r SKIP LOCKED
""")  # noqa: S608  constant parts only
_RESCUE_PIECE = sa.text("""
UPDATE pieces
SET lease_owner = NULL, leased_at = NULL, fence = fence + 1, queued_until = NULL, crashes = crashes + :crashed,
    due_at = now(), why = 'its worker stopped',
    error = CASE WHEN crashes + :crashed >= :most AND cardinality(keys) = 1 THEN CAST(:error AS text) ELSE '' END
WHERE id = :piece
""")
_BURIED = sa.text("UPDATE workers SET heartbeat_at = 'epoch' WHERE id = ANY(CAST(:workers AS uuid[]))")
# What a dead worker was just being handed is on no queue any more, and nobody can say which that is.
_ASK_SOONER = tuple(
    sa.text(f"""
UPDATE {table} SET queued_until = now() + CAST(:soon AS interval)
WHERE id IN (SELECT id FROM {table} WHERE queued_until IS NOT NULL AND queued_until > now() + CAST(:soon AS interval)
             ORDER BY id FOR UPDATE SKIP LOCKED)
""")  # noqa: S608  constant parts only
    for table in ("records", "runs", "pieces")
)
# A worker whose heartbeat stopped long ago holds nothing any more.
_FORGET_WORKERS = sa.text("""
DELETE FROM workers w WHERE w.heartbeat_at < now() - interval '1 day'
  AND NOT EXISTS (SELECT FROM records r WHERE r.lease_owner = w.id)
  AND NOT EXISTS (SELECT FROM runs r WHERE r.lease_owner = w.id)
  AND NOT EXISTS (SELECT FROM pieces p WHERE p.lease_owner = w.id)
""")


class Life(TypedDict):
    """What a process says of itself."""

    host: str
    pid: int
    kind: str
    #: the records, the run or the piece it works on
    busy_with: Collection[UUID]
    #: those it takes from
    queues: NotRequired[Sequence[str]]
    #: how long ago it last began, got on with or ended a task
    turned_ago: NotRequired[dt.timedelta | None]


def heartbeat(tx: Transaction, worker: UUID, **life: Unpack[Life]) -> None:
    """Say that this worker process lives."""
    said = {"turned_ago": None, **life, "busy_with": list(life["busy_with"]), "queues": list(life.get("queues", ()))}
    tx.run(_HEARTBEAT, worker=worker, **said)


def retire(tx: Transaction, worker: UUID) -> None:
    """A worker stops in good order: what it still holds is due at once and no crash is counted."""
    for statement in _GIVE_BACK:
        tx.run(statement, worker=worker)


def rescue(tx: Transaction, dead_after: dt.timedelta) -> int:
    """Give back what dead workers hold (a third crash makes a dead letter)."""
    bounds = {"dead_after": dead_after, "forgotten_after": FORGOTTEN_AFTER}
    records = tx.rows(_LOST_RECORDS, **bounds)
    if records:
        _rescue_records(tx, records)
    runs = tx.rows(_LOST_RUNS, **bounds)
    for run in runs:
        tx.run(
            _RESCUE_RUN,
            run=run.id,
            crashed=run.crashed,
            most=MOST_CRASHES,
            error=f"The worker process died {MOST_CRASHES} times during this run: look into the workers' log.",
        )
    pieces = tx.rows(_LOST_PIECES, **bounds)
    for piece in pieces:
        tx.run(_RESCUE_PIECE, piece=piece.id, crashed=piece.crashed, most=MOST_CRASHES, error=READING_CRASHED)
        end_if_over(tx, piece.run_id)
    if records or runs or pieces:
        wake(tx)
    return len(records) + len(runs) + len(pieces)


def bury(tx: Transaction, dead: Sequence[UUID]) -> int:
    """Take it as known that these are dead, however lately they said that they live; returns how many there were.

    What waits on a queue is sent again if nobody has taken it soon: what is sent twice is done once.
    """
    buried = tx.run(_BURIED, workers=list(dead))
    for statement in _ASK_SOONER if buried else ():
        tx.run(statement, soon=LOST_AFTER)
    return buried


def forget_workers(tx: Transaction) -> int:
    """Remove the rows of workers that stopped long ago without saying so."""
    return tx.run(_FORGET_WORKERS)


def _rescue_records(tx: Transaction, lost: Any) -> None:  # noqa: ANN401 - rows of _LOST_RECORDS
    crashes = [row.crashes + (row.crashed and not row.among_others) for row in lost]
    dead = [
        row.crashed and not row.among_others and count >= MOST_CRASHES for row, count in zip(lost, crashes, strict=True)
    ]
    whys = [_why(row, count) for row, count in zip(lost, crashes, strict=True)]
    events = [
        (
            trail.event(
                str(row.id),
                "record.dead" if ends else "record.rescued",
                actor=ACTOR,
                at=row.now,
                detail={
                    "from": row.state,
                    "to": "dead" if ends else row.state,
                    "why": why,
                    "worker": str(row.lease_owner),
                    "crashes": count,
                },
            ),
            bytes(row.audit_head),
        )
        for row, count, ends, why in zip(lost, crashes, dead, whys, strict=True)
    ]
    tx.run(
        _RESCUE_RECORDS,
        ids=[row.id for row in lost],
        dead=dead,
        alone=[bool(row.crashed) for row in lost],
        crashes=crashes,
        whys=[storable(why) for why in whys],
        heads=[event.hash_after(previous) for event, previous in events],
    )
    trail.insert(tx, events)
    buried = [row for row, ends in zip(lost, dead, strict=True) if ends]
    if buried:
        tx.run(
            _BURY,
            ids=[new_id() for _ in buried],
            records=[row.id for row in buried],
            flows=[row.flow_id for row in buried],
            documents=[row.document_id for row in buried],
            reason=f"The worker process died {MOST_CRASHES} times while working on this record.",
            suggestion="Look into the workers' log (memory, size of the document), then requeue. If a request may have "
            "left, the target is asked first; nothing is sent twice.",
        )
        releasing.free_versions_of(tx, [row.document_id for row in buried])


def _why(lost: AnyRow, crashes: int) -> str:
    if not lost.crashed:
        return FORGOTTEN
    if lost.among_others:
        return AMONG_OTHERS
    return f"its worker stopped without finishing ({crashes} of at most {MOST_CRASHES - 1} times before it is given up)"
