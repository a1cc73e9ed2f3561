"""The shared state of connections: stopped, paused, slowed down, and the breaker that failures in a row open."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.errors import Unavailable
from connector.store.connection import pacing
from connector.store.postgres.text import storable
from connector.store.schema.conditions import SOURCE, UNDER_WAY

if TYPE_CHECKING:
    from connector.domain.record import Claim
    from connector.store.postgres.transaction import Transaction

#: failures in a row that open the breaker
OPENS_AT = 5
#: how long it stays open at first; doubles with every failed probe up to the cap
FIRST_PAUSE = dt.timedelta(seconds=10)
LONGEST_PAUSE = dt.timedelta(minutes=2)
#: while one request probes, the others stay away this long
PROBE = dt.timedelta(seconds=15)
PROBING = "one request is finding out whether it works again"
#: whoever finds a connection stopped looks again after this long
STOPPED_RECHECK = dt.timedelta(minutes=1)

#: by then every worker has looked at new credentials; a record that is tried with the old ones waits for a minute
NEW_CREDENTIALS_SEEN = dt.timedelta(seconds=3)
AT_ONCE = dt.timedelta()

_PAUSE_LEFT = sa.text("""
SELECT stopped_why, paused_until - now() AS paused_for, paused_why, failures, pace IS NOT NULL AS slowed
FROM connections WHERE name = :name
""")
_STOP = sa.text(f"""
UPDATE connections SET stopped_why = :why
WHERE name = :name AND stopped_why IS DISTINCT FROM :why AND stopped_by = ''
  AND {pacing.AS_OPENED}
""")  # noqa: S608  constant parts only
_FAILED = sa.text(f"""
UPDATE connections
SET failures = failures + 1,
    paused_why = CASE WHEN failures + 1 >= :opens_at THEN :why ELSE paused_why END,
    paused_until = CASE WHEN failures + 1 >= :opens_at THEN greatest(paused_until, now() + least(
        CAST(:longest AS interval), CAST(:first AS interval) * power(2, least(failures + 1 - :opens_at, 10))))
      ELSE paused_until END
WHERE name = :name
  AND (failures < :opens_at OR paused_until IS NULL OR paused_until <= now() OR paused_why = :probing)
  AND {pacing.AS_OPENED}
""")  # noqa: S608  constant parts only
_SUCCEEDED = sa.text(f"""
UPDATE connections
SET paused_until = CASE WHEN failures >= :opens_at THEN NULL ELSE paused_until END,
    paused_why = CASE WHEN failures >= :opens_at THEN NULL ELSE paused_why END,
    failures = 0, {pacing.SPEED_UP}
WHERE name = :name AND (failures > 0 OR pace IS NOT NULL) AND {pacing.AS_OPENED}
""")  # noqa: S608  constant parts only
_PROBE = sa.text("""
UPDATE connections SET paused_until = now() + CAST(:probe AS interval),
    paused_why = :probing
WHERE name = :name AND failures >= :opens_at AND (paused_until IS NULL OR paused_until <= now())
""")
# Only who changes what a connection is waits for this: its state, pace and breaker move on.
_STAY = sa.text("SELECT updated_at FROM connections WHERE name = :name FOR KEY SHARE")
_RESUME = sa.text("""
UPDATE connections
SET stopped_why = CASE WHEN stopped_by <> '' THEN stopped_why END,
    paused_until = NULL, paused_why = NULL, failures = 0, next_slot_at = NULL
WHERE name = :name
""")
_RELEASE = sa.text(f"""
UPDATE records SET due_at = now() + CAST(:after AS interval), queued_until = NULL
WHERE id IN (
    SELECT r.id FROM records r
    JOIN flows f ON f.id = r.flow_id
    JOIN integrations i ON i.id = f.integration_id
    JOIN connections c ON c.id IN (i.source_connection_id, i.target_connection_id)
    WHERE c.name = :name AND r.{UNDER_WAY}
      AND r.hold = 'connection' AND r.lease_owner IS NULL AND r.due_at > now() + CAST(:after AS interval)
    ORDER BY r.id FOR UPDATE OF r SKIP LOCKED)
""")  # noqa: S608  constant parts only

_RELEASE_RUNS = sa.text(f"""
UPDATE runs SET due_at = now() + CAST(:after AS interval), queued_until = NULL
WHERE id IN (
    SELECT r.id FROM connections c
    JOIN integrations i ON c.id IN (i.source_connection_id, i.target_connection_id)
    JOIN flows f ON f.integration_id = i.id AND c.id = {SOURCE}
    JOIN runs r ON r.flow_id = f.id AND r.status = 'queued' AND r.due_at > now() + CAST(:after AS interval)
    WHERE c.name = :name ORDER BY r.id FOR UPDATE OF r SKIP LOCKED)
""")  # noqa: S608  constant parts only


class LedgerConnections:
    """Implements ports.Connections in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def stay(self, name: str, opened: dt.datetime | None) -> None:
        """Let nobody change this connection before the transaction ends.

        Raises Unavailable when somebody has changed it since it was ``opened``: what was read through it may be of
        another tenant.
        """
        if opened is None:
            return
        found = self._tx.row(_STAY, name=name)
        if found is None or found.updated_at != opened:
            raise Unavailable(
                f"{name} was changed while it was being read, so nothing of this page is kept; the next try reads by "
                "what it is now."
            )

    def pause_left(self, name: str) -> tuple[dt.timedelta, str] | None:
        """How long nobody may use this connection, and why; None when it is free.

        When the breaker's time is over, one caller is let through to find out; the others hear of a short pause. On a
        connection that is slowed down, None also means that the caller has taken the slot of one step.
        """
        found = self._tx.row(_PAUSE_LEFT, name=name)
        if found is None:
            return None
        if found.stopped_why is not None:
            return STOPPED_RECHECK, found.stopped_why
        if found.paused_for is not None and found.paused_for > dt.timedelta(0):
            return found.paused_for, found.paused_why or ""
        if found.failures >= OPENS_AT and not _takes_probe(self._tx, name):
            return PROBE, PROBING
        return pacing.take_slot(self._tx, name) if found.slowed else None

    def pause(self, name: str, due_in: dt.timedelta, why: str, *, opened: dt.datetime | None = None) -> None:
        """Ask every worker to leave this connection alone for a while (the longest wish counts), then to be slower."""
        pacing.slow_down(self._tx, name, due_in, storable(why), opened)

    def stop(self, name: str, why: str, *, opened: dt.datetime | None = None) -> None:
        """Stop the connection until a person acts, unless one has acted since this version of it was ``opened``."""
        self._tx.run(_STOP, name=name, why=storable(why), opened=opened)

    def failed(self, name: str, why: str, *, opened: dt.datetime | None = None) -> None:
        """Count a failure; enough in a row open the breaker.

        Requests that were under way when it opened do not count again; a failed probe does, and opens it for longer.
        """
        self._tx.run(
            _FAILED,
            name=name,
            why=storable(why),
            opens_at=OPENS_AT,
            first=FIRST_PAUSE,
            longest=LONGEST_PAUSE,
            probing=PROBING,
            opened=opened,
        )

    def succeeded(self, name: str, *, opened: dt.datetime | None = None) -> None:
        """A call worked: close the breaker, be a little faster again. A pause the other side asked for stays."""
        self._tx.run(_SUCCEEDED, name=name, opens_at=OPENS_AT, opened=opened)

    def resume(self, name: str, *, after: dt.timedelta = AT_ONCE) -> int:
        """A person acted: free the connection and everything it held, runs too; returns how many records go on then.

        What a person stopped stays stopped: its records look again, and wait.
        """
        self._tx.run(_RESUME, name=name)
        self._tx.run(_RELEASE_RUNS, name=name, after=after)
        return self._tx.run(_RELEASE, name=name, after=after)


def may_probe(tx: Transaction, claim: Claim) -> bool:
    """Whether this claim may use its connection: always, unless the breaker lets one through and it is not the one."""
    return claim.failures < OPENS_AT or _takes_probe(tx, claim.works_on)


def _takes_probe(tx: Transaction, name: str) -> bool:
    return tx.run(_PROBE, name=name, probe=PROBE, probing=PROBING, opens_at=OPENS_AT) == 1
