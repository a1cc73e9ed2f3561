"""The pace of a connection whose system said 429: one for all workers, kept on its row, found out by trying.

A 429 sets the pace to ``FIRST_PACE`` steps a second, each further one to ``SLOWER`` times what it was; every success
adds ``FASTER``, until at ``LIFTED_AT``, or so long after the last 429, there is no limit any more. A step is a load, a
confirmation or a page that is read. Under a limit each step takes a slot first; a connection without one costs no
statement and no lock.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from connector.store.postgres.transaction import Transaction

#: steps a second
FIRST_PACE = 10.0
SLOWEST = 0.1
LIFTED_AT = 20.0
SLOWER = 0.7
FASTER = 0.02
#: without a 429 for so long, a success lifts the limit: where little is sent, successes alone would take days
FORGIVEN_AFTER = dt.timedelta(minutes=10)
#: slots that nobody took are kept so long: what beat sends once a second may go together
KEPT = dt.timedelta(seconds=1)
#: what a step hears that may not go yet
WHY = "slowed down to {pace:.2g} a second for all workers: {why}"

#: whoever speaks of a connection as it was before somebody changed it says nothing; part of other statements
AS_OPENED = "(CAST(:opened AS timestamptz) IS NULL OR updated_at <= CAST(:opened AS timestamptz))"
# A 429 that answers a request from before the pause says nothing about the pace.
_SLOW_DOWN = sa.text(f"""
UPDATE connections
SET pace = CASE WHEN paused_until > now() THEN pace ELSE greatest(:slowest, coalesce(pace * :slower, :first)) END,
    pace_why = CASE WHEN paused_until > now() AND pace IS NULL THEN NULL ELSE CAST(:why AS text) END,
    paced_at = CASE WHEN paused_until > now() THEN paced_at ELSE now() END,
    next_slot_at = greatest(next_slot_at, paused_until, now() + CAST(:due_in AS interval)),
    paused_until = greatest(paused_until, now() + CAST(:due_in AS interval)), paused_why = :why
WHERE name = :name AND {AS_OPENED}
""")  # noqa: S608  constant parts only
#: what a success sets; part of the statement that closes the breaker
_STAYS = f"pace + {FASTER} < {LIFTED_AT} AND paced_at > now() - interval '{FORGIVEN_AFTER}'"
SPEED_UP = f"""
pace = CASE WHEN {_STAYS} THEN pace + {FASTER} END, pace_why = CASE WHEN {_STAYS} THEN pace_why END,
paced_at = CASE WHEN {_STAYS} THEN paced_at END, next_slot_at = CASE WHEN {_STAYS} THEN next_slot_at END
"""
_TAKE_SLOT = sa.text("""
WITH slowed AS (
    SELECT id, pace, pace_why, next_slot_at FROM connections WHERE name = :name AND pace IS NOT NULL FOR NO KEY UPDATE
),
taken AS (
    UPDATE connections c
    SET next_slot_at = greatest(s.next_slot_at, clock_timestamp() - CAST(:kept AS interval))
                     + interval '1 second' / s.pace
    FROM slowed s WHERE c.id = s.id AND (s.next_slot_at IS NULL OR s.next_slot_at <= clock_timestamp())
    RETURNING c.id
)
SELECT pace, pace_why, next_slot_at - clock_timestamp() AS wait FROM slowed WHERE NOT EXISTS (SELECT FROM taken)
""")


def slow_down(tx: Transaction, name: str, due_in: dt.timedelta, why: str, opened: dt.datetime | None = None) -> None:
    """The other side said 429: everybody leaves it alone for so long, and comes back more slowly."""
    tx.run(
        _SLOW_DOWN,
        name=name,
        due_in=due_in,
        why=why,
        first=FIRST_PACE,
        slowest=SLOWEST,
        slower=SLOWER,
        opened=opened,
    )


def take_slot(tx: Transaction, name: str) -> tuple[dt.timedelta, str] | None:
    """None when this step may go now; else how long until somebody may, and why."""
    found = tx.row(_TAKE_SLOT, name=name, kept=KEPT)
    if found is None:
        return None
    return max(found.wait, dt.timedelta(0)), WHY.format(pace=found.pace, why=found.pace_why)
