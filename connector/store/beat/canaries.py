"""Canaries: one for each queue, sent by beat through the broker, written back by the worker that takes it.

A heartbeat only says that a thread of a process runs. A canary that comes back says that beat, the broker, a worker's
consumer, one of its processes and the ledger work, together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.identity import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from connector.store.postgres.transaction import Transaction

#: after one came back the next is sent
EVERY = dt.timedelta(seconds=5)
#: one that is on no queue and did not come back for so long was lost (a flushed broker), or its taker hangs
LOST = dt.timedelta(seconds=10)
#: processes that gave a sign of life within this are counted as takers
_ALIVE = dt.timedelta(seconds=30)

# Another one is sent only when none can be waiting: without workers a queue holds one, for however long.
_DUE = sa.text("""
INSERT INTO canaries AS c (queue, canary, sent_at, waiting_since)
SELECT q.queue, q.canary, now(), now()
FROM unnest(CAST(:queues AS text[]), CAST(:canaries AS uuid[])) AS q (queue, canary)
ON CONFLICT (queue) DO UPDATE
SET canary = excluded.canary, sent_at = now(), waiting_since = coalesce(c.waiting_since, now())
WHERE CASE WHEN c.waiting_since IS NULL THEN c.sent_at <= now() - CAST(:every AS interval)
           ELSE c.sent_at <= now() - CAST(:lost AS interval) AND c.queue = ANY(CAST(:empty AS text[])) END
RETURNING c.queue, c.canary
""")
_CAME_BACK = sa.text("""
UPDATE canaries SET came_back_at = now(), came_back_by = :worker, waiting_since = NULL
WHERE canary = :canary AND queue = :queue AND waiting_since IS NOT NULL
""")
# A worker that begins and ends tasks works, however long the canary has to stand in line behind them.
_LISTED = sa.text("""
SELECT c.queue, c.sent_at, now() - c.sent_at AS sent_ago, now() - c.waiting_since AS waits,
       EXISTS (SELECT FROM workers w
               WHERE c.queue = ANY(w.queues) AND w.turned_at > now() - CAST(:bound AS interval)) AS moves,
       (SELECT count(*) FROM workers w
        WHERE c.queue = ANY(w.queues) AND w.heartbeat_at > now() - CAST(:alive AS interval)) AS takers,
       (SELECT count(*) FROM workers w WHERE c.queue = ANY(w.queues) AND w.busy_with IS NOT NULL
                                          AND w.heartbeat_at > now() - CAST(:alive AS interval)) AS busy
FROM canaries c ORDER BY c.queue
""")


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue as its canary found it."""

    name: str
    sent_ago: dt.timedelta
    #: for how long no canary came back; None when the newest did
    waits: dt.timedelta | None
    #: whether a worker that takes from it began or ended a task within the bound
    moves: bool
    #: live processes that take from it, and those of them that are in the middle of a task
    takers: int
    busy: int

    def silent(self, bound: dt.timedelta) -> bool:
        """Whether nothing at all came out of it for longer than the bound, although something waits in it."""
        return self.waits is not None and self.waits > bound and not self.moves


def due(tx: Transaction, queues: Sequence[str], empty: Iterable[str]) -> list[tuple[str, UUID]]:
    """Canaries to send now, marked as sent; any number of beats may ask."""
    rows = tx.rows(
        _DUE, queues=list(queues), canaries=[new_id() for _ in queues], every=EVERY, lost=LOST, empty=list(empty)
    )
    return [(row.queue, row.canary) for row in rows]


def came_back(tx: Transaction, canary: UUID, worker: UUID, queue: str) -> bool:
    """Write down that this worker took it from this queue; False when it is not the newest one there."""
    return tx.run(_CAME_BACK, canary=canary, worker=worker, queue=queue) > 0


def list_(tx: Transaction, bound: dt.timedelta) -> list[Queue]:
    """Every queue that was ever sent a canary."""
    return [
        Queue(
            name=row.queue,
            sent_ago=row.sent_ago,
            waits=row.waits,
            moves=row.moves,
            takers=row.takers,
            busy=row.busy,
        )
        for row in tx.rows(_LISTED, bound=bound, alive=_ALIVE)
    ]
