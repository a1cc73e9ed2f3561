"""Runs as operators start and follow them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.errors import UnknownName
from connector.store.postgres.waking import wake
from connector.store.schema.conditions import OPEN, SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a flow."""

    id: UUID
    #: full name
    flow: str
    #: who wanted it: ``schedule``, ``webhook``, ``manual``, ``demand``
    reason: str
    status: str
    only_key: str | None
    since: dt.datetime | None
    row_limit: int | None
    read: int
    new: int
    unchanged: int
    #: documents that are new or have changed and are still to be read, one by one
    unread: int
    #: why it is not going on now
    why: str
    warning: str
    error: str
    requested_by: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    #: when it goes on by itself; None where it is not waiting for that
    next_try_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many records of a run are in a state, and held by what."""

    state: str
    hold: str | None
    records: int


# Nobody works on it, and it has not ended. What holds its connection, or its flow, comes before its own last failure.
_RESTS = "r.status IN ('queued', 'running') AND r.lease_owner IS NULL"
_HELD = f"""
CASE WHEN NOT ({_RESTS}) THEN ''
     WHEN f.held_why <> '' THEN 'The flow is held: ' || rtrim(f.held_why, '.') || '; `ml-connector flow enable '
          || i.name || '/' || f.name || '` lets it go on.'
     WHEN s.stopped_by <> '' THEN 'Connection ' || s.name || ' is stopped: ' || rtrim(s.stopped_why, '.')
          || '; `ml-connector connection resume ' || s.name || '` lets it go on.'
     WHEN s.stopped_why IS NOT NULL THEN 'Connection ' || s.name || ' is stopped: ' || rtrim(s.stopped_why, '.')
          || '; `ml-connector connection ping ' || s.name || '` frees it once it works.'
     WHEN s.paused_until > now() THEN 'Connection ' || s.name || ' is paused: ' || rtrim(s.paused_why, '.') || '.'
     ELSE '' END
"""
# Only what the schedule asked for has a slot of it: an event brings the same poll, sooner.
_SELECT = f"""
    SELECT r.id, i.name || '/' || f.name AS flow,
           CASE WHEN r.reason = 'schedule' AND r.slot IS NULL THEN 'webhook' ELSE r.reason END AS reason,
           r.status, r.only_key, r.since, r.row_limit, r.read, r.new,
           r.unchanged,
           (SELECT coalesce(sum(cardinality(p.keys)), 0) FROM pieces p
             WHERE p.run_id = r.id AND p.{OPEN}) AS unread,
           coalesce(nullif({_HELD}, ''), nullif(r.why, ''), (SELECT p.why FROM pieces p
             WHERE p.run_id = r.id AND p.{OPEN} AND p.why <> '' ORDER BY p.id LIMIT 1), '') AS why,
           r.warning, r.error, r.requested_by, r.created_at, r.started_at, r.finished_at,
           CASE WHEN r.status = 'queued' AND r.due_at > now() THEN r.due_at END AS next_try_at
      FROM runs r JOIN flows f ON f.id = r.flow_id JOIN integrations i ON i.id = f.integration_id
      LEFT JOIN connections s ON s.id = {SOURCE}
"""  # noqa: S608  constant parts only
#: what ends a run before its time; whoever works on it writes nothing more of it
END = """
UPDATE runs SET status = 'failed', error = :why, finished_at = now(), lease_owner = NULL, leased_at = NULL,
       queued_until = NULL, position = NULL, fence = fence + 1
 WHERE status IN ('queued', 'running') AND
"""
_LAST = UUID(int=2**128 - 1)
_EVER, _NEVER = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
# Of each flow the newest: no more is looked at, however many there were. Two whole runs of a flow are never asked for
# in the same moment.
_NEWEST = """
    SELECT n.id FROM flows f CROSS JOIN LATERAL (
           SELECT r.id FROM runs r WHERE r.flow_id = f.id {whole}
              AND r.created_at >= :since AND r.created_at < :until
              AND (r.created_at, r.id) < (CAST(:after_at AS timestamptz), CAST(:after AS uuid))
            ORDER BY r.created_at DESC LIMIT :most) n
     WHERE CAST(:flow_id AS uuid) IS NULL OR f.id = :flow_id
"""
_OF_ALL = _NEWEST.format(whole="")
_OF_WHOLE = _NEWEST.format(whole="AND r.only_key IS NULL")


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which runs; None does not choose."""

    flow_id: UUID | None = None
    #: reads of single documents, too
    on_demand: bool = False
    #: when they were asked for
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    #: for lists: only those behind this one, by when it was asked for and its id
    after: tuple[dt.datetime, UUID] | None = None


def _given(wanted: Filter) -> dict[str, object]:
    after_at, after = wanted.after or (_NEVER, _LAST)
    return {
        "flow_id": wanted.flow_id,
        "since": wanted.since or _EVER,
        "until": wanted.until or _NEVER,
        "after_at": after_at,
        "after": after,
    }


def list_(tx: OperatorTransaction, wanted: Filter, *, most: int) -> list[Run]:
    """The newest runs first."""
    newest = _OF_ALL if wanted.on_demand else _OF_WHOLE
    rows = tx.mappings(
        f"{_SELECT} WHERE r.id IN ({newest}) ORDER BY r.created_at DESC, r.id DESC LIMIT :most",
        **_given(wanted),
        most=most,
    )
    return [Run(**row) for row in rows]


def count(tx: OperatorTransaction, wanted: Filter, *, most: int) -> int:
    """How many there are; counted as far as ``most``."""
    newest = _OF_ALL if wanted.on_demand else _OF_WHOLE
    row = tx.mapping(f"SELECT count(*) AS runs FROM ({newest} LIMIT :most) n", **_given(wanted), most=most)  # noqa: S608  constant parts only
    return int(row["runs"]) if row else 0


def by_id(tx: OperatorTransaction, run_id: UUID) -> Run:
    """One run; raises UnknownName when there is none."""
    row = tx.mapping(f"{_SELECT} WHERE r.id = :id", id=run_id)
    if row is None:
        raise UnknownName(f"There is no run {run_id}; see `ml-connector run list`.")
    return Run(**row)


def cancel(tx: OperatorTransaction, run_id: UUID, why: str) -> bool:
    """End a run that has not ended, and forget what it has still to read; False when it has ended.

    Whoever works on it writes nothing more of it; what was read stays. The flow's cursor stays where it was.
    """
    ended = tx.run(f"{END} id = :id", id=run_id, why=why)
    tx.run("DELETE FROM pieces WHERE run_id = :id", id=run_id)
    return bool(ended)


def tallies(tx: OperatorTransaction, run_id: UUID) -> list[Tally]:
    """What has become of the records a run made."""
    rows = tx.mappings(
        "SELECT state, hold, count(*) AS records FROM all_records WHERE run_id = :id GROUP BY 1, 2 ORDER BY 1, 2",
        id=run_id,
    )
    return [Tally(**row) for row in rows]


def waiting_same(tx: OperatorTransaction, flow_id: UUID, since: dt.datetime | None, limit: int | None) -> UUID | None:
    """A manual run that asks for the same and has not started yet."""
    row = tx.mapping(
        """
        SELECT id FROM runs
         WHERE flow_id = :flow_id AND status = 'queued' AND reason = 'manual' AND only_key IS NULL
           AND started_at IS NULL AND since IS NOT DISTINCT FROM :since AND row_limit IS NOT DISTINCT FROM :row_limit
         ORDER BY created_at LIMIT 1
        """,
        flow_id=flow_id,
        since=since,
        row_limit=limit,
    )
    return None if row is None else row["id"]


def insert(
    tx: OperatorTransaction, *, run_id: UUID, flow_id: UUID, since: dt.datetime | None, limit: int | None
) -> None:
    """Queue a run a person asked for."""
    tx.run(
        """
        INSERT INTO runs (id, flow_id, reason, status, since, row_limit, requested_by)
        VALUES (:id, :flow_id, 'manual', 'queued', :since, :row_limit, :actor)
        """,
        id=run_id,
        flow_id=flow_id,
        since=since,
        row_limit=limit,
        actor=tx.actor,
    )
    wake(tx)


def insert_single(tx: OperatorTransaction, *, flow_id: UUID, keys: Mapping[UUID, str]) -> int:
    """Queue a read of each of these documents that has none queued yet; returns how many."""
    wake(tx)
    return tx.run(
        """
        INSERT INTO runs (id, flow_id, reason, only_key, requested_by)
        SELECT p.id, :flow_id, 'manual', p.key, :actor
          FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[])) AS p (id, key)
            ON CONFLICT DO NOTHING
        """,
        flow_id=flow_id,
        ids=list(keys),
        keys=list(keys.values()),
        actor=tx.actor,
    )
