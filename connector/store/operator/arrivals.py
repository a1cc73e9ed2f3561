"""What was read hour by hour, and what of it has not come to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.identity import first_id
from connector.store.operator.overview import MOST_COUNTED
from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
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
# From indexes alone, which have the ids of all of it, and those say when it was read. Dead letters are few, or somebody
# has more to do than to look at pictures.
_OPEN = f"""
SELECT width_bucket(id, CAST(:firsts AS uuid[])) - 1 AS span,
       greatest(count(*) FILTER (WHERE how = 'under way') - count(*) FILTER (WHERE how = 'parked'), 0) AS waits,
       count(*) FILTER (WHERE how <> 'under way') AS needs
  FROM (SELECT 'under way' AS how, r.id FROM flows f CROSS JOIN LATERAL (
               SELECT id FROM records r WHERE r.flow_id = f.id AND r.{UNDER_WAY} AND r.id >= :first LIMIT :most) r
        UNION ALL
        SELECT 'parked', r.id FROM flows f CROSS JOIN LATERAL (
               SELECT id FROM records r
                WHERE r.hold = 'park' AND r.flow_id = f.id AND r.{UNDER_WAY} AND r.id >= :first LIMIT :most) r
        UNION ALL
        (SELECT 'dead', record_id FROM dead_letters WHERE resolved_at IS NULL AND record_id >= :first LIMIT :most)
       ) stays
 GROUP BY 1
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
    """What was read in a span and has not come to its end: what waits, and what goes nowhere without a person."""

    #: which one of those that were asked for
    span: int
    waits: int
    needs: int


def arrived(tx: OperatorTransaction, since: dt.datetime) -> list[Arrived]:
    """What was read since the beginning of an hour."""
    bounds = {"since": since, "first": first_id(since), "most": MOST_COUNTED}
    return [Arrived(**row) for row in tx.mappings(_READ, **bounds)]


def stays(tx: OperatorTransaction, spans: Sequence[dt.datetime]) -> list[Stays]:
    """What of it waits, or needs a person, in each span that has any; they are told by when they begin, in order."""
    firsts = [first_id(since) for since in spans]
    return [Stays(**row) for row in tx.mappings(_OPEN, firsts=firsts, first=firsts[0], most=MOST_COUNTED)]
