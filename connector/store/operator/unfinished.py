"""Work that has not come to its end for long, and flows whose last read was no good one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: nobody needs to know more exactly; of each flow
MOST = 10_000

# The states are spelt out, so that the index on what is under way serves whatever the statistics say.
_RECORDS = f"""
SELECT i.name || '/' || f.name AS flow,
       CASE WHEN f.held_why <> '' THEN 'held' ELSE coalesce(r.hold, '') END AS hold, count(*) AS number,
       min(r.begun_at) AS since, (array_agg(r.id ORDER BY r.begun_at, r.id))[1] AS oldest
  FROM flows f JOIN integrations i ON i.id = f.integration_id AND i.removed_at IS NULL
  CROSS JOIN LATERAL (
       SELECT r.id, r.hold, r.begun_at FROM records r
        WHERE r.flow_id = f.id AND r.{UNDER_WAY} AND r.begun_at < :before
        ORDER BY r.begun_at LIMIT :most) r
 GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  constant parts only
_RUNS = """
SELECT i.name || '/' || f.name AS flow, CASE WHEN f.held_why <> '' THEN 'held' ELSE 'run' END AS hold,
       count(*) AS number, min(r.created_at) AS since,
       (array_agg(r.id ORDER BY r.id))[1] AS oldest
  FROM flows f JOIN integrations i ON i.id = f.integration_id AND i.removed_at IS NULL
  CROSS JOIN LATERAL (
       SELECT r.id, r.created_at FROM runs r
        WHERE r.flow_id = f.id AND r.status IN ('queued', 'running') AND r.created_at < :before
          AND (r.status = 'queued' OR r.lease_owner IS NOT NULL OR r.listed_at IS NOT NULL)
        ORDER BY r.created_at LIMIT :most) r
 GROUP BY 1, 2 ORDER BY 1
"""
_READS = """
SELECT i.name || '/' || f.name AS flow, newest.id AS run, newest.status = 'failed' AS failed, newest.warning
  FROM flows f JOIN integrations i ON i.id = f.integration_id AND i.removed_at IS NULL
  CROSS JOIN LATERAL (
       SELECT r.id, r.status, r.warning FROM runs r
        WHERE r.flow_id = f.id AND r.only_key IS NULL AND r.status IN ('done', 'failed')
        ORDER BY r.created_at DESC LIMIT 1) newest
 WHERE newest.status = 'failed' OR newest.warning <> '' ORDER BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """Old records of a flow that the same thing holds, or its old runs."""

    flow: str
    #: what holds them, nothing when they are ready; ``run`` for runs, ``held`` where a person holds the flow
    hold: str
    #: at most MOST
    number: int
    since: dt.datetime
    oldest: UUID


@dataclass(frozen=True, kw_only=True)
class BadRead:
    """The last complete read of a flow failed, or read nothing although there used to be something."""

    flow: str
    run: UUID
    failed: bool
    warning: str


def unfinished(tx: OperatorTransaction, before: dt.datetime) -> list[Unfinished]:
    """Records and runs that began before this moment and have not ended."""
    bounds = {"before": before, "most": MOST}
    return [Unfinished(**row) for row in [*tx.mappings(_RECORDS, **bounds), *tx.mappings(_RUNS, **bounds)]]


def bad_reads(tx: OperatorTransaction) -> list[BadRead]:
    """Flows whose last read was no good one."""
    return [BadRead(**row) for row in tx.mappings(_READS)]
