"""Counts what was read in each hour, once and for all; ids of records sort by when they were made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.domain.identity import first_id
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from connector.store.postgres.engine import Begin

#: so far back a ledger is counted that nobody counted before, and so long counts are kept
_BACK, _KEPT = dt.timedelta(days=31), dt.timedelta(days=100)
#: whoever stores a record does so within this time after its id was made: it is not passed over
_LAG = dt.timedelta(minutes=10)
_BATCH, _BATCHES = 20_000, 10

_BEGIN = "INSERT INTO arrivals_reached (record_id) VALUES (:first) ON CONFLICT DO NOTHING"
_COUNT = """
WITH before AS (SELECT record_id FROM arrivals_reached FOR UPDATE),
     batch AS (
     SELECT r.id, r.flow_id, r.created_at FROM records r
      WHERE r.id > (SELECT record_id FROM before) AND r.id < :until ORDER BY r.id LIMIT :most),
     counted AS (
     INSERT INTO arrivals (hour, flow_id, currency, documents, amount)
     SELECT date_trunc('hour', b.created_at, 'UTC'), b.flow_id, coalesce(s.currency, ''), count(*),
            coalesce(sum(s.amount), 0)
       FROM batch b LEFT JOIN summaries s ON s.record_id = b.id GROUP BY 1, 2, 3
     ON CONFLICT (hour, flow_id, currency) DO UPDATE
        SET documents = arrivals.documents + excluded.documents, amount = arrivals.amount + excluded.amount),
     moved AS (
     UPDATE arrivals_reached SET record_id = n.id FROM (SELECT id FROM batch ORDER BY id DESC LIMIT 1) n)
SELECT count(*) AS number FROM batch
"""


def count(begin: Begin, *, now: dt.datetime) -> int:
    """Count what was read since the last time, many at a time; returns how many documents that were."""
    bounds = {"until": first_id(now - _LAG), "most": _BATCH}
    counted = 0
    with begin() as connection:
        tx = Transaction(connection)
        tx.run(_BEGIN, first=first_id(now - _BACK))
        tx.run("DELETE FROM arrivals WHERE hour < :before", before=now - _KEPT)
    for _ in range(_BATCHES):
        with begin() as connection:
            (row,) = Transaction(connection).mappings(_COUNT, **bounds)
        counted += row["number"]
        if row["number"] < _BATCH:
            break
    return counted
