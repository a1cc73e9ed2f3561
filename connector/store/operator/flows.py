"""Flows as operators see and steer them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.errors import UnknownName
from connector.store.postgres.waking import wake
from connector.store.schema.conditions import ENDS, UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: documents that an older mapping loaded are counted no further than this
MOST_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A flow of an integration, with what it is doing."""

    id: UUID
    integration_id: UUID
    integration: str
    name: str
    kind: str
    #: names of the connections it reads from and writes to
    source: str
    target: str
    enabled: bool
    #: why nothing of it moves, and who said so; empty when it moves
    held_why: str
    held_by: str
    schedule: str
    timezone: str
    next_due_at: dt.datetime | None
    cursor: dt.datetime | None
    options: Mapping[str, Any]
    #: records that are not at an end, those of them that wait, and open dead letters
    under_way: int
    waiting: int
    dead: int
    last_run_status: str | None
    last_run_at: dt.datetime | None
    #: what went wrong with it: it failed, or read nothing although there used to be something
    last_run_remark: str | None

    @property
    def full_name(self) -> str:
        """``<integration>/<flow>``."""
        return f"{self.integration}/{self.name}"


# Each number from an index that has all of it: what waits may be much, and its rows lie all over the table.
_SELECT = f"""
    SELECT f.id, f.integration_id, i.name AS integration, f.name, i.kind, s.name AS source, t.name AS target,
           f.enabled, f.held_why, f.held_by, f.schedule, f.timezone, f.next_due_at, f.cursor, f.options,
           work.under_way, held.waiting, letters.dead, newest.status AS last_run_status,
           newest.created_at AS last_run_at, newest.remark AS last_run_remark
      FROM flows f
      JOIN integrations i ON i.id = f.integration_id
      {ENDS}
      CROSS JOIN LATERAL (SELECT count(*) AS under_way FROM records r WHERE r.flow_id = f.id AND r.{UNDER_WAY}) work
      CROSS JOIN LATERAL (
           SELECT count(*) AS waiting FROM records r
            WHERE r.flow_id = f.id AND r.hold IN ('gate', 'park') AND r.{UNDER_WAY}) held
      CROSS JOIN LATERAL (
           SELECT count(*) AS dead FROM dead_letters d WHERE d.flow_id = f.id AND d.resolved_at IS NULL) letters
      LEFT JOIN LATERAL (
           SELECT r.status, r.created_at, coalesce(nullif(r.error, ''), nullif(r.warning, '')) AS remark
             FROM runs r WHERE r.flow_id = f.id AND r.only_key IS NULL
            ORDER BY r.created_at DESC LIMIT 1) newest ON true
"""  # noqa: S608  constant parts only


def list_(tx: OperatorTransaction, integration: str | None = None) -> list[Flow]:
    """All of them, or those of one integration."""
    rows = tx.mappings(
        f"{_SELECT} WHERE CAST(:integration AS text) IS NULL OR i.name = :integration ORDER BY i.name, f.id",
        integration=integration,
    )
    return [Flow(**row) for row in rows]


def names(tx: OperatorTransaction) -> list[str]:
    """The full names of all flows, in their order; also of integrations that were removed: their documents stay."""
    rows = tx.mappings(
        "SELECT i.name || '/' || f.name AS name FROM flows f JOIN integrations i ON i.id = f.integration_id "
        "ORDER BY i.name, f.id"
    )
    return [row["name"] for row in rows]


def find(tx: OperatorTransaction, integration: str, name: str) -> Flow | None:
    """One flow, or None."""
    row = tx.mapping(f"{_SELECT} WHERE i.name = :integration AND f.name = :name", integration=integration, name=name)
    return None if row is None else Flow(**row)


def named(tx: OperatorTransaction, integration: str, name: str) -> Flow:
    """One flow; raises UnknownName."""
    found = find(tx, integration, name)
    if found is None:
        known = tx.mappings(
            "SELECT i.name || '/' || f.name AS name FROM flows f JOIN integrations i ON i.id = f.integration_id "
            "WHERE i.removed_at IS NULL"
        )
        raise UnknownName.among("flow", f"{integration}/{name}", [row["name"] for row in known])
    return found


def by_id(tx: OperatorTransaction, flow_id: UUID) -> Flow:
    """A flow that a row refers to."""
    row = tx.mapping(f"{_SELECT} WHERE f.id = :id", id=flow_id)
    if row is None:
        raise UnknownName.among("flow", str(flow_id), [])
    return Flow(**row)


def hold(tx: OperatorTransaction, flow_id: UUID, *, who: str, why: str) -> None:
    """Let nothing of it move until somebody lets it go on; both empty: now."""
    tx.run("UPDATE flows SET held_by = :who, held_why = :why WHERE id = :id", id=flow_id, who=who, why=why)
    wake(tx)


def insert(
    tx: OperatorTransaction,
    *,
    flow_id: UUID,
    integration_id: UUID,
    name: str,
    runs_back: bool,
    schedule: str,
    timezone: str,
    options: Mapping[str, Any],
) -> None:
    """Add a flow, switched off; one that runs back reads from the integration's target connection."""
    tx.run(
        """
        INSERT INTO flows (id, integration_id, name, reversed, enabled, schedule, timezone, options)
        VALUES (:id, :integration_id, :name, :reversed, false, :schedule, :timezone, CAST(:options AS jsonb))
        """,
        id=flow_id,
        integration_id=integration_id,
        name=name,
        reversed=runs_back,
        schedule=schedule,
        timezone=timezone,
        options=canonical.dumps(options).decode(),
    )


def change(
    tx: OperatorTransaction,
    flow_id: UUID,
    *,
    enabled: bool,
    schedule: str,
    timezone: str,
    options: Mapping[str, Any],
    next_due_at: dt.datetime | None,
) -> None:
    """Change a flow. ``next_due_at`` lies in the future, so that an edit never fires what is past."""
    tx.run(
        """
        UPDATE flows SET enabled = :enabled, schedule = :schedule, timezone = :timezone,
               options = CAST(:options AS jsonb), next_due_at = :next_due_at, updated_at = now()
         WHERE id = :id
        """,
        id=flow_id,
        enabled=enabled,
        schedule=schedule,
        timezone=timezone,
        options=canonical.dumps(options).decode(),
        next_due_at=next_due_at,
    )


def loaded(tx: OperatorTransaction, flow_id: UUID) -> int:
    """How many documents of a flow the target has; one more than MOST_COUNTED are many."""
    row = tx.mapping(
        """
        SELECT count(*) AS documents FROM (SELECT FROM documents d
         WHERE d.flow_id = :id AND d.loaded_version IS NOT NULL LIMIT :most) counted
        """,
        id=flow_id,
        most=MOST_COUNTED + 1,
    )
    return int(row["documents"]) if row else 0


def older(tx: OperatorTransaction, versions: Mapping[UUID, int]) -> Mapping[UUID, int]:
    """How many documents an older mapping than this one loaded, by flow; one more than MOST_COUNTED are many.

    What has been read anew since is not counted: it is mapped again as it is.
    """
    rows = tx.mappings(
        """
        SELECT f.id, (SELECT count(*) FROM (
                        SELECT FROM documents d
                         WHERE d.flow_id = f.id AND d.mapping_version < f.version AND d.loaded_version IS NOT NULL
                           AND d.loaded_version = d.version LIMIT :most) counted) AS n
          FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS f (id, version)
        """,
        ids=list(versions),
        versions=list(versions.values()),
        most=MOST_COUNTED + 1,
    )
    return {row["id"]: row["n"] for row in rows if row["n"]}
