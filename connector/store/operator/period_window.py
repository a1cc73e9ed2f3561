"""A list of a large period, by the index on dates: each page looks at a bounded number of documents.

Documents with a date come first, in the order of their dates; then those without one, in the order they were read.
What an earlier release read and nobody named yet (``db fill-summaries``) is not among them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.errors import UnknownName
from connector.domain.reconciliation import Figure
from connector.domain.schedule import zone
from connector.store.operator.finding import high, low
from connector.store.operator.period_figures import FIGURE
from connector.store.operator.reckoning import NEWEST, REASON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.accounting_period import Period
    from connector.store.operator.flows import Flow
    from connector.store.operator.period_figures import Chosen
    from connector.store.operator.transaction import OperatorTransaction

#: documents that are looked at in one statement, and how many of these a page is worth
WINDOW, WINDOWS = 2_000, 4
_NONE = UUID(int=0)
_DATED = """
SELECT s.date, s.record_id AS id FROM summaries s
 WHERE (s.date, s.record_id) > (:date, :after) AND s.date <= :last ORDER BY s.date, s.record_id LIMIT :most
"""
_UNDATED = """
SELECT s.record_id AS id FROM summaries s
 WHERE s.date IS NULL AND s.record_id > :after AND s.record_id BETWEEN :low AND :high ORDER BY s.record_id LIMIT :most
"""
_FITTING = f"""
SELECT id FROM (
       SELECT r.id, {REASON} FROM all_records r {NEWEST} LEFT JOIN summaries s ON s.record_id = r.id
         LEFT JOIN dead_letters letter ON letter.record_id = r.id AND letter.resolved_at IS NULL
        WHERE r.id = ANY(:ids) AND r.flow_id = :flow
          AND (s.date BETWEEN :first AND :last OR s.date IS NULL AND r.id BETWEEN :low AND :high)
          AND (:figure = '' OR {FIGURE} = :figure)
          AND (:currency = '-' OR coalesce(s.currency, '') = :currency)) fits
 WHERE :reason = '' OR reason = :reason
"""  # noqa: S608  constant parts only
# What is open is found among what is open.
_OPEN = {
    Figure.DEAD.value: """
SELECT record_id AS id FROM dead_letters WHERE flow_id = :flow AND resolved_at IS NULL AND record_id > :after
 ORDER BY record_id LIMIT :most
""",
    # spelt so that Postgres reads each state by the index on it, whatever it believes of how many there are
    Figure.BETWEEN.value: """
SELECT o.id FROM (VALUES ('extracted'), ('mapped'), ('loaded')) n (state) CROSS JOIN LATERAL (
       SELECT r.id FROM records r
        WHERE (r.flow_id, r.state, r.id) > (:flow, n.state, :after)
          AND (r.flow_id, r.state, r.id) <= (:flow, n.state, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        ORDER BY r.flow_id, r.state, r.id LIMIT :most) o
 ORDER BY o.id LIMIT :most
""",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a list goes on: behind this document."""

    date: dt.date | None
    id: UUID

    def __str__(self) -> str:
        return f"{self.date or ''}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Place:
        """Read one; raises UnknownName."""
        date, tilde, number = text.partition("~")
        try:
            return cls(date=dt.date.fromisoformat(date) if date and tilde else None, id=UUID(number if tilde else text))
        except ValueError:
            raise UnknownName("There is no such place in this list: its address was changed.") from None


def page(
    tx: OperatorTransaction, flow: Flow, period: Period, chosen: Chosen, *, after: Place | None, most: int
) -> tuple[list[UUID], Place | None]:
    """The next documents, and where the list goes on. There may be more behind a page that is not full."""
    opened = _OPEN.get(chosen.figure)
    place = after or (Place(date=None, id=_NONE) if opened else Place(date=period.first, id=_NONE))
    found: list[Place] = []
    for _ in range(WINDOWS):
        looked = _looked(tx, flow, period, place, opened)
        fits = _fitting(tx, flow, period, chosen, [one.id for one in looked])
        found += [one for one in looked if one.id in fits]
        if len(found) > most:
            return [one.id for one in found[:most]], found[most - 1]
        if len(looked) == WINDOW:
            place = looked[-1]
        elif place.date is None:
            return [one.id for one in found], None
        else:
            place = Place(date=None, id=_NONE)
    return [one.id for one in found], place


def _looked(tx: OperatorTransaction, flow: Flow, period: Period, place: Place, opened: str | None) -> list[Place]:
    if opened is not None:
        rows = tx.mappings(opened, flow=flow.id, after=place.id, most=WINDOW)
    elif place.date is not None:
        rows = tx.mappings(_DATED, date=place.date, after=place.id, last=period.last, most=WINDOW)
    else:
        rows = tx.mappings(_UNDATED, after=place.id, most=WINDOW, **_read_in(flow, period))
    return [Place(date=row.get("date"), id=row["id"]) for row in rows]


def _fitting(tx: OperatorTransaction, flow: Flow, period: Period, chosen: Chosen, ids: Sequence[UUID]) -> set[UUID]:
    rows = tx.mappings(
        _FITTING,
        first=period.first,
        last=period.last,
        **_read_in(flow, period),
        ids=list(ids),
        flow=flow.id,
        figure=chosen.figure,
        currency="-" if chosen.currency is None else chosen.currency,
        reason=chosen.reason,
    )
    return {row["id"] for row in rows}


def _read_in(flow: Flow, period: Period) -> dict[str, UUID]:
    where = zone(flow.timezone)
    return {"low": low(period.begins(where)), "high": high(period.ends(where))}
