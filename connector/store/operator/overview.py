"""What is seen at a glance: of each flow what is under way, and how its last runs went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.record import Hold
from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: of each flow; nobody needs to know more exactly at a glance
MOST_COUNTED = 100_000

#: of one flow
MOST_TIMED = 1000

_CHOSEN = "(CAST(:flow_id AS uuid) IS NULL OR f.id = :flow_id)"
# From indexes alone, which have all of it; what nothing holds is the rest.
_HELD = f"""
WITH counted AS (
     SELECT f.id AS flow_id, under_way.records AS under_way, held.hold, coalesce(held.records, 0) AS records
       FROM flows f
       CROSS JOIN LATERAL (SELECT count(*) AS records FROM (
            SELECT FROM records r WHERE r.flow_id = f.id AND r.{UNDER_WAY} LIMIT :most) r) under_way
       LEFT JOIN LATERAL (
            SELECT h.hold, n.records FROM unnest(CAST(:holds AS text[])) AS h (hold)
             CROSS JOIN LATERAL (SELECT count(*) AS records FROM (
                  SELECT FROM records r
                   WHERE r.hold = h.hold AND r.flow_id = f.id AND r.{UNDER_WAY} LIMIT :most) r) n) held ON true
      WHERE {_CHOSEN})
SELECT flow_id, hold, records FROM counted WHERE records > 0
UNION ALL
SELECT flow_id, '', under_way - sum(records)::bigint FROM counted GROUP BY flow_id, under_way
HAVING under_way > sum(records)
"""  # noqa: S608  constant parts only
_OLDEST = f"""
SELECT i.name || '/' || f.name AS flow, r.id, r.source_key AS key, r.why, r.begun_at AS since
  FROM flows f JOIN integrations i ON i.id = f.integration_id
  CROSS JOIN LATERAL (
       SELECT r.id, r.source_key, r.why, r.begun_at FROM records r
        WHERE r.flow_id = f.id AND r.{UNDER_WAY} ORDER BY r.begun_at LIMIT 1) r
 ORDER BY r.begun_at LIMIT :most
"""  # noqa: S608  constant parts only
_LAG = """
SELECT count(*) AS documents, percentile_disc(0.5) WITHIN GROUP (ORDER BY took) AS median,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY took) AS most
  FROM (SELECT finished_at - begun_at AS took FROM records
         WHERE flow_id = :flow_id AND state = 'done' AND finished_at IS NOT NULL ORDER BY id DESC LIMIT :most) r
"""
_RUNS = f"""
SELECT r.* FROM flows f CROSS JOIN LATERAL (
       SELECT r.flow_id, r.status, r.read, r.new, r.warning, r.error, r.created_at
         FROM runs r WHERE r.flow_id = f.id AND r.only_key IS NULL ORDER BY r.created_at DESC LIMIT :most) r
 WHERE {_CHOSEN} ORDER BY r.created_at
"""  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Held:
    """Records of a flow that the same thing holds; nothing holds those that move."""

    flow_id: UUID
    hold: str
    #: at most MOST_COUNTED of a flow and hold
    records: int


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How long documents took from being read until the target had them."""

    #: so many were looked at
    documents: int
    #: half of them took no longer than this, and 19 of 20 no longer than that
    median: dt.timedelta
    most: dt.timedelta


@dataclass(frozen=True, kw_only=True)
class Oldest:
    """The record of a flow that is longest on its way."""

    flow: str
    id: UUID
    key: str
    why: str
    since: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Went:
    """A run, and how it went."""

    flow_id: UUID
    status: str
    read: int
    new: int
    warning: str
    error: str
    created_at: dt.datetime


def held(tx: OperatorTransaction, flow_id: UUID | None = None) -> list[Held]:
    """What is under way, of one flow or by flow, and by what holds it."""
    return [Held(**row) for row in tx.mappings(_HELD, flow_id=flow_id, holds=list(Hold), most=MOST_COUNTED)]


def oldest(tx: OperatorTransaction, *, most: int) -> list[Oldest]:
    """Of each flow the record that is longest on its way, the oldest first."""
    return [Oldest(**row) for row in tx.mappings(_OLDEST, most=most)]


def lag(tx: OperatorTransaction, flow_id: UUID) -> Lag | None:
    """How long the newest documents of a flow took; None where none has come to its end."""
    row = tx.mapping(_LAG, flow_id=flow_id, most=MOST_TIMED)
    return Lag(**row) if row and row["documents"] else None


def runs(tx: OperatorTransaction, flow_id: UUID | None = None, *, most: int) -> list[Went]:
    """The last whole runs of one or of every flow, so many of each, the oldest first."""
    return [Went(**row) for row in tx.mappings(_RUNS, flow_id=flow_id, most=most)]
