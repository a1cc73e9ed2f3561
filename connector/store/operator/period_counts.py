"""Counts of large periods, kept with the moment they were made at; small periods are counted when somebody looks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.domain import canonical
from connector.domain.accounting_period import Period
from connector.domain.reconciliation import Figure
from connector.domain.schedule import zone
from connector.store.operator import period_figures
from connector.store.operator.finding import high, low
from connector.store.operator.period_figures import Counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction

#: a period that holds no more is counted while somebody waits
LITTLE = 5_000
#: days begin no earlier and end no later than this anywhere on earth
_SOMEWHERE = dt.timedelta(hours=14)
_HOLDS = """
SELECT (SELECT count(*) FROM (SELECT FROM summaries s WHERE s.date BETWEEN :first AND :last LIMIT :most) dated)
     + (SELECT count(*) FROM (SELECT FROM all_records r WHERE r.id BETWEEN :low AND :high LIMIT :most) read)
       AS documents
"""
_KEPT = "SELECT counted_at, counted, digests, posted_otherwise FROM period_counts WHERE first = :first AND last = :last"
_KEEP = """
INSERT INTO period_counts (first, last, counted_at, took_ms, counted, digests, posted_otherwise)
VALUES (:first, :last, :at, CAST(extract(epoch FROM clock_timestamp() - :at) * 1000 AS integer),
        CAST(:counted AS jsonb), CAST(:digests AS jsonb), CAST(:posted_otherwise AS jsonb))
ON CONFLICT (first, last) DO UPDATE SET counted_at = excluded.counted_at, took_ms = excluded.took_ms,
       counted = excluded.counted, digests = excluded.digests, posted_otherwise = excluded.posted_otherwise
 WHERE period_counts.counted_at < excluded.counted_at
"""
# Counting takes a twentieth of the time at most.
_DUE = """
SELECT asked.first, asked.last FROM (
       SELECT x AS first, y AS last FROM unnest(CAST(:firsts AS date[]), CAST(:lasts AS date[])) AS given (x, y)
       UNION SELECT first, last FROM sign_offs WHERE withdrawn_at IS NULL) asked
  LEFT JOIN period_counts c ON c.first = asked.first AND c.last = asked.last
 WHERE (c.counted_at IS NULL OR c.counted_at < :now - CAST(:seldom AS interval))
   AND NOT EXISTS (SELECT FROM period_counts p WHERE p.counted_at > :now - p.took_ms * interval '20 ms')
 ORDER BY c.counted_at NULLS FIRST, asked.first DESC
"""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Where the documents of all flows stood at a moment."""

    at: dt.datetime
    counted: Sequence[Counted]
    digests: Mapping[UUID, str]
    #: flows of which something was posted otherwise than when the period was signed off
    posted_otherwise: frozenset[UUID]


def little(tx: OperatorTransaction, period: Period, *, most: int = LITTLE) -> bool:
    """Whether a period holds so little that it is counted while somebody waits; looks at no more than that."""
    utc = zone("UTC")
    given = {"low": low(period.begins(utc) - _SOMEWHERE), "high": high(period.ends(utc) + _SOMEWHERE)}
    row = tx.mapping(_HOLDS, **given, first=period.first, last=period.last, most=most + 1)
    return row is None or row["documents"] <= most


def kept(tx: OperatorTransaction, period: Period) -> Kept | None:
    """What was counted last, if anything was."""
    row = tx.mapping(_KEPT, first=period.first, last=period.last)
    if row is None:
        return None
    digests = {UUID(flow): digest for flow, digest in row["digests"].items()}
    return Kept(
        at=row["counted_at"],
        counted=[_read(one) for one in row["counted"]],
        digests=digests,
        posted_otherwise=frozenset(map(UUID, row["posted_otherwise"])),
    )


def count(
    tx: OperatorTransaction, flows: Sequence[Flow], period: Period, *, posted_otherwise: Iterable[UUID] = ()
) -> int:
    """Count a period of all flows, and keep what it says; how many documents there are."""
    counted = period_figures.counted(tx, flows, period)
    digests = period_figures.digests(tx, flows, period)
    tx.run(
        _KEEP,
        first=period.first,
        last=period.last,
        at=tx.now,
        counted=canonical.dumps([_told(one) for one in counted]).decode(),
        digests=canonical.dumps({str(flow): digest for flow, digest in digests.items()}).decode(),
        posted_otherwise=canonical.dumps(sorted(map(str, posted_otherwise))).decode(),
    )
    return sum(one.documents for one in counted)


def due(tx: OperatorTransaction, periods: Sequence[Period], *, seldom: dt.timedelta) -> list[Period]:
    """Which of these periods, and of those that are signed off, are to be counted again; what was never counted first.

    None where counting has taken its share of the time.
    """
    given = {"firsts": [one.first for one in periods], "lasts": [one.last for one in periods]}
    rows = tx.mappings(_DUE, **given, now=tx.now, seldom=seldom)
    return [Period(first=row["first"], last=row["last"]) for row in rows]


def _told(one: Counted) -> dict[str, Any]:
    return {**vars(one), "flow_id": str(one.flow_id), "figure": one.figure.value, "amount": f"{one.amount:f}"}


def _read(one: Mapping[str, Any]) -> Counted:
    read = {"flow_id": UUID(one["flow_id"]), "figure": Figure(one["figure"]), "amount": Decimal(one["amount"])}
    return Counted(**{**one, **read})
