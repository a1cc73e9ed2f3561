"""What is amiss: flows that are late, kinds of process that are gone, an audit trail that was not found whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.store.operator.audit import VERIFIED, VERIFYING, note
from connector.store.schema.conditions import SOURCE

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.transaction import OperatorTransaction

# A flow whose source is stopped is not late: the connection is what has to be looked at.
_LATE = f"""
SELECT i.name || '/' || f.name AS scope, least(f.next_due_at, q.since) AS since
  FROM flows f JOIN integrations i ON i.id = f.integration_id
  JOIN connections s ON s.id = {SOURCE}
  LEFT JOIN LATERAL (SELECT min(r.created_at) AS since FROM runs r
                      WHERE r.flow_id = f.id AND r.status = 'queued' AND r.only_key IS NULL
                        AND r.started_at IS NULL) q ON true
 WHERE f.enabled AND s.stopped_why IS NULL AND least(f.next_due_at, q.since) < now() - CAST(:after AS interval)
 ORDER BY 1
"""  # noqa: S608  constant parts only
# Who stops in good order takes its row away; what is left of others is forgotten after a day.
_GONE = """
SELECT kind, coalesce(queues, '{}') AS queues, max(heartbeat_at) AS since, count(*) AS number
  FROM workers GROUP BY 1, 2 HAVING max(heartbeat_at) < now() - CAST(:after AS interval) ORDER BY 1, 2
"""
_NOT_WHOLE = """
SELECT v.at, v.actor, v.findings FROM (
    SELECT at, actor, CAST(detail ->> 'findings' AS bigint) AS findings FROM audit_events
     WHERE subject = :subject AND name = :name ORDER BY id DESC LIMIT 1) v
 WHERE v.findings > 0
"""


@dataclass(frozen=True, kw_only=True)
class Late:
    """A flow that is due and has not begun."""

    flow: str
    since: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A kind of process of which none lives any more, and none said that it stops."""

    kind: str
    queues: list[str]
    since: dt.datetime
    number: int


@dataclass(frozen=True, kw_only=True)
class NotWhole:
    """A verification of the audit trail that found something; a later one has not been."""

    at: dt.datetime
    actor: str
    findings: int


def late(tx: OperatorTransaction, after: dt.timedelta) -> list[Late]:
    """Flows that are due for longer than this."""
    return [Late(flow=row["scope"], since=row["since"]) for row in tx.mappings(_LATE, after=after)]


def gone(tx: OperatorTransaction, after: dt.timedelta) -> list[Gone]:
    """Kinds of process that gave no sign of life for longer than this."""
    return [Gone(**row) for row in tx.mappings(_GONE, after=after)]


#: what the audit trail says of backups
BACKUPS = "db:backup"
BACKED_UP, NOT_BACKED_UP = "operator.backed_up", "operator.backup_failed"
_BACKUPS = """
SELECT max(at) FILTER (WHERE name = :good) AS good, max(at) FILTER (WHERE name = :bad) AS bad,
       (array_agg(detail ->> 'why' ORDER BY id DESC) FILTER (WHERE name = :bad))[1] AS why
  FROM audit_events WHERE subject = :subject
"""


@dataclass(frozen=True, kw_only=True)
class Backups:
    """When a backup last was made, and when one last failed, and why; None: never."""

    good: dt.datetime | None
    bad: dt.datetime | None
    why: str | None


def backups(tx: OperatorTransaction) -> Backups:
    """What was told of backups."""
    row = tx.mapping(_BACKUPS, subject=BACKUPS, good=BACKED_UP, bad=NOT_BACKED_UP)
    return Backups(good=None, bad=None, why=None) if row is None else Backups(**row)


#: what the audit trail says of ``db retain``
RETAINING, RETAINED = "db:retain", "operator.retained"
_RETAINED = "SELECT max(at) AS at FROM audit_events WHERE subject = :subject AND name = :name"


def note_retained(tx: OperatorTransaction, detail: dict[str, Any]) -> None:
    """Write down that what is old was removed, to its end."""
    note(tx, RETAINING, RETAINED, detail)


def retained(tx: OperatorTransaction) -> dt.datetime | None:
    """When ``db retain`` last came to its end; None: never."""
    row = tx.mapping(_RETAINED, subject=RETAINING, name=RETAINED)
    return None if row is None else row["at"]


def not_whole(tx: OperatorTransaction) -> NotWhole | None:
    """The last verification of the audit trail, if it found something."""
    row = tx.mapping(_NOT_WHOLE, subject=VERIFYING, name=VERIFIED)
    return None if row is None else NotWhole(**row)
