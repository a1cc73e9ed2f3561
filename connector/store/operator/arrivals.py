"""What was read hour by hour, and what of it has not come to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.identity import first_id
from connector.store.operator.overview import MOST_COUNTED
from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from connector.store.operator.transaction import OperatorTransaction

# What housekeeping has counted, and what came since: that is little, or the ledger is just being counted. Summaries are
# looked up one by one (LIMIT 1): joined, Postgres would read all there are.
_READ = """
WITH lately AS (
     SELECT r.id, r.created_at FROM records r
      WHERE r.id > greatest(:first, (SELECT record_id FROM arrivals_reached)) ORDER BY r.id LIMIT :most)
SELECT hour, currency, sum(documents)::bigint AS documents, sum(amount) AS amount FROM (
       SELECT hour, currency, documents, amount FROM arrivals WHERE hour >= :since
       UNION ALL
       SELECT date_trunc('hour', l.created_at, 'UTC'), coalesce(s.currency, ''), 1, coalesce(s.amount, 0)
         FROM lately l LEFT JOIN LATERAL (
              SELECT currency, amount FROM summaries WHERE record_id = l.id LIMIT 1) s ON true
        WHERE l.created_at >= :since) counted
 GROUP BY 1, 2
"""
# Of each flow what is under way by an index; dead letters are few, or somebody has more to do than to look at pictures.
_OPEN = f"""
SELECT date_trunc('hour', created_at, 'UTC') AS hour, needs, count(*) AS documents FROM (
       SELECT r.created_at, r.hold IS NOT DISTINCT FROM 'park' AS needs FROM flows f CROSS JOIN LATERAL (
              SELECT created_at, hold FROM records r
               WHERE r.flow_id = f.id AND r.{UNDER_WAY} AND r.id >= :first LIMIT :most) r
       UNION ALL
       SELECT r.created_at, true FROM (
              SELECT record_id FROM dead_letters WHERE resolved_at IS NULL AND record_id >= :first LIMIT :most) d
         JOIN records r ON r.id = d.record_id) stays
 WHERE created_at >= :since GROUP BY 1, 2
"""  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """What was read in an hour, of one currency; of documents without an amount it is empty."""

    hour: dt.datetime
    currency: str
    documents: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Stays:
    """What was read in an hour and has not come to its end."""

    hour: dt.datetime
    #: whether it goes nowhere without a person
    needs: bool
    documents: int


def arrived(tx: OperatorTransaction, since: dt.datetime) -> list[Arrived]:
    """What was read since the beginning of an hour."""
    bounds = {"since": since, "first": first_id(since), "most": MOST_COUNTED}
    return [Arrived(**row) for row in tx.mappings(_READ, **bounds)]


def stays(tx: OperatorTransaction, since: dt.datetime) -> list[Stays]:
    """What of it waits, or needs a person."""
    bounds = {"since": since, "first": first_id(since), "most": MOST_COUNTED}
    return [Stays(**row) for row in tx.mappings(_OPEN, **bounds)]
