"""What is open of a period, found among what is open and not among all documents of the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.schedule import zone
from connector.store.operator.finding import high, low
from connector.store.operator.reckoning import NEWEST
from connector.store.work.tried import doubtful

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction

_OF_PERIOD = f"""
{NEWEST} LEFT JOIN summaries s ON s.record_id = r.id
 WHERE r.flow_id = :flow
   AND (s.date BETWEEN :first AND :last OR s.date IS NULL AND r.id BETWEEN :low AND :high)
"""
_DEAD = f"""
SELECT r.id FROM dead_letters letter JOIN records r ON r.id = letter.record_id AND r.state = 'dead' {_OF_PERIOD}
   AND letter.flow_id = :flow AND letter.resolved_at IS NULL
 ORDER BY r.id LIMIT :most
"""  # noqa: S608  constant parts only
_IN_DOUBT = f"""
SELECT r.id FROM records r {_OF_PERIOD}
   AND r.state IN ('extracted', 'mapped', 'loaded', 'dead') AND EXISTS {doubtful("d.id")}
 ORDER BY r.id LIMIT :most
"""  # noqa: S608  likewise


def dead(tx: OperatorTransaction, flow: Flow, period: Period, *, most: int) -> list[UUID]:
    """The first documents of a period with an open dead letter."""
    return _found(tx, _DEAD, flow, period, most)


def in_doubt(tx: OperatorTransaction, flow: Flow, period: Period, *, most: int) -> list[UUID]:
    """The first documents of a period of which a write has no answer."""
    return _found(tx, _IN_DOUBT, flow, period, most)


def _found(tx: OperatorTransaction, statement: str, flow: Flow, period: Period, most: int) -> list[UUID]:
    where = zone(flow.timezone)
    days = {"first": period.first, "last": period.last}
    ids = {"low": low(period.begins(where)), "high": high(period.ends(where))}
    return [row["id"] for row in tx.mappings(statement, flow=flow.id, **days, **ids, most=most)]
