"""Where the documents of a period stand, counted by the ledger itself: by flow, figure, currency and reason.

``reckoning`` looks at documents one by one; what is counted here is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.reconciliation import Figure
from connector.domain.schedule import zone
from connector.domain.sign_off import SEPARATOR
from connector.store.operator.finding import high, low
from connector.store.operator.reckoning import NEWEST, REASON
from connector.store.schema.conditions import UNDER_WAY
from connector.store.work.tried import doubtful

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from connector.domain.accounting_period import Period
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction

#: where a document ``r`` with its open dead letter is counted (``Kept.figure``)
FIGURE = f"""
CASE WHEN r.state IN ('done', 'loaded') THEN '{Figure.IN_TARGET}' WHEN r.state = 'rejected' THEN '{Figure.REJECTED}'
     WHEN r.state = 'dead' AND letter.code IS NOT NULL THEN '{Figure.DEAD}'
     WHEN r.{UNDER_WAY} THEN '{Figure.BETWEEN}' ELSE '{Figure.LEFT_OUT}' END
"""
# Dated documents by the index on their dates; those without a date by when they were read.
_DATED = f"""
FROM summaries s JOIN all_records r ON r.id = s.record_id AND r.flow_id = ANY(:flows) {NEWEST}
LEFT JOIN dead_letters letter ON letter.record_id = r.id AND letter.resolved_at IS NULL
WHERE s.date BETWEEN :first AND :last
"""
_UNDATED = f"""
FROM all_records r {NEWEST} LEFT JOIN summaries s ON s.record_id = r.id
LEFT JOIN dead_letters letter ON letter.record_id = r.id AND letter.resolved_at IS NULL
WHERE r.flow_id = ANY(:flows) AND r.id BETWEEN :low AND :high AND s.date IS NULL
"""
_COUNTED = f"""
SELECT r.flow_id, {FIGURE} AS figure, coalesce(s.currency, '') AS currency, {REASON},
       r.state IN ('extracted', 'mapped', 'loaded', 'dead') AND EXISTS {doubtful("d.id")} AS in_doubt,
       count(*) AS documents, coalesce(sum(s.amount), 0) AS amount, count(*) - count(s.record_id) AS unnamed
"""
_COUNT = " UNION ALL ".join(f"{_COUNTED} {part} GROUP BY 1, 2, 3, 4, 5" for part in (_DATED, _UNDATED))
_HAVING = " UNION ".join(f"SELECT r.flow_id {part}" for part in (_DATED, _UNDATED))
_LINE = f"""
concat_ws('{SEPARATOR}', r.source_key, r.version, {FIGURE}, coalesce(s.currency, ''), coalesce(s.amount::text, ''),
          coalesce(r.target_id, d.target_id, ''))
"""
_LINES = " UNION ALL ".join(f"SELECT {_LINE} AS line {part}" for part in (_DATED, _UNDATED))
_DIGESTS = f"""
SELECT flow_id, encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), 'UTF8')), 'hex') AS digest
  FROM ({" UNION ALL ".join(f"SELECT r.flow_id, {_LINE} AS line {part}" for part in (_DATED, _UNDATED))}) every
 GROUP BY flow_id
"""  # noqa: S608  likewise
# A page of one figure, by the order in which the documents were read.
_PLACE = f"""
AND r.id > :after AND (:figure = '' OR {FIGURE} = :figure) AND (:currency = '-' OR coalesce(s.currency, '') = :currency)
"""
_MOVED = " UNION ALL ".join(
    f"SELECT r.id {part} AND r.state IN ('done', 'loaded') AND r.updated_at > :since" for part in (_DATED, _UNDATED)
)
_LISTED = " UNION ALL ".join(f"SELECT r.id, d.id AS document, {REASON} {part} {_PLACE}" for part in (_DATED, _UNDATED))
_PAGE = f"""
SELECT id FROM ({_LISTED}) every
 WHERE (:reason = '' OR reason = :reason) AND (NOT :in_doubt OR EXISTS {doubtful("every.document")})
 ORDER BY id LIMIT :most
"""  # noqa: S608  likewise


@dataclass(frozen=True, kw_only=True)
class Counted:
    """So many documents of a flow that stand alike."""

    flow_id: UUID
    figure: Figure
    currency: str
    reason: str
    in_doubt: bool
    documents: int
    amount: Decimal
    unnamed: int


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which documents of a period a list is about; what is empty does not choose."""

    figure: str = ""
    #: None: of any; empty: of none
    currency: str | None = None
    reason: str = ""
    #: those alone of which a write has no answer
    in_doubt: bool = False


def counted(tx: OperatorTransaction, flows: Sequence[Flow], period: Period) -> list[Counted]:
    """Where the documents of these flows stand."""
    return [
        Counted(**{**row, "figure": Figure(row["figure"])})
        for given in _by_zone(flows, period)
        for row in tx.mappings(_COUNT, **given)
    ]


def having(tx: OperatorTransaction, flows: Sequence[Flow], period: Period) -> set[UUID]:
    """Which of these flows have documents of the period."""
    return {row["flow_id"] for given in _by_zone(flows, period) for row in tx.mappings(_HAVING, **given)}


def lines(tx: OperatorTransaction, flow: Flow, period: Period) -> list[str]:
    """A line for each document of a flow (``sign_off.Part``)."""
    return [row["line"] for given in _by_zone([flow], period) for row in tx.mappings(_LINES, **given)]


def digests(tx: OperatorTransaction, flows: Sequence[Flow], period: Period) -> dict[UUID, str]:
    """What ``sign_off.digest`` makes of these lines, of each flow that has any."""
    return {
        row["flow_id"]: row["digest"] for given in _by_zone(flows, period) for row in tx.mappings(_DIGESTS, **given)
    }


def moved(tx: OperatorTransaction, flow: Flow, period: Period, since: dt.datetime) -> list[UUID]:
    """The documents in the target that anything happened to since then."""
    return [row["id"] for given in _by_zone([flow], period) for row in tx.mappings(_MOVED, **given, since=since)]


def page(
    tx: OperatorTransaction, flow: Flow, period: Period, chosen: Chosen, *, after: UUID | None, most: int
) -> list[UUID]:
    """The next documents of a list, in the order they were read."""
    (given,) = _by_zone([flow], period)
    rows = tx.mappings(
        _PAGE,
        **given,
        figure=chosen.figure,
        currency="-" if chosen.currency is None else chosen.currency,
        reason=chosen.reason,
        in_doubt=chosen.in_doubt,
        after=after or UUID(int=0),
        most=most,
    )
    return [row["id"] for row in rows]


def _by_zone(flows: Sequence[Flow], period: Period) -> Iterator[dict[str, object]]:
    """A day begins in the zone of the flow."""
    for name in sorted({flow.timezone for flow in flows}):
        where = zone(name)
        yield {
            "flows": [flow.id for flow in flows if flow.timezone == name],
            "first": period.first,
            "last": period.last,
            "low": low(period.begins(where)),
            "high": high(period.ends(where)),
        }
