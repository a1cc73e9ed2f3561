"""Counting large periods: by the clock, and as a job for whoever does not want to wait for it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.work import month_end, posted
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.operations.operator import Operator
    from connector.store.operator.transaction import OperatorTransaction

#: how what came of it is drawn
KIND = "period.count"
#: no period is counted by the clock more often
SELDOM = dt.timedelta(minutes=5)
_LONGEST_SECONDS = 600


def begin(operator: Operator, period: Period, *, place: str) -> UUID:
    """Begin to count a period of all flows."""

    def work(job: jobs.Job) -> Mapping[str, Any]:
        job.say(0, None, "Counting")
        return {"documents": count(operator, period)}

    return jobs.begin(operator, KIND, f"Count {month_end.called(period)}", work, place=place)


def count(operator: Operator, period: Period) -> int:
    """Count a period of all flows now, and keep what it says; how many documents there are."""
    return operator.transact(partial(_count, period))


def keep(operator: Operator) -> Period | None:
    """Count what is looked at most or signed off, where it is large and was not counted lately: one period at most."""
    with operator.transaction() as tx:
        before = month_end.last_month(tx.now)
        _, current = month_end.beside(before)
        due = ledger.period_counts.due(tx, [current, before], seldom=SELDOM)
        large = next((one for one in due if not ledger.period_counts.little(tx, one)), None)
    if large is not None:
        count(operator, large)
    return large


def _count(period: Period, tx: OperatorTransaction) -> int:
    tx.take_time(_LONGEST_SECONDS)
    flows = ledger.flows.list_(tx, None)
    signed = ledger.sign_offs.standing(tx, flows, period)
    otherwise = posted.otherwise_of(tx, flows, period, signed)
    return ledger.period_counts.count(tx, flows, period, posted_otherwise=otherwise)
