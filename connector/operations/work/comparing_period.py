"""Asking both systems about a period, as a job that says how far it is and can be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.setup.flows import meant
from connector.operations.work import month_end, reconciling

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.operations.operator import Operator
    from connector.operations.work.asked import Asked
    from connector.operations.work.reconciled import Reconciled

#: how what came of it is drawn
KIND = "reconciliation"


def begin(operator: Operator, named: str, period: Period, *, place: str) -> UUID:
    """Begin it for a flow, or for those of an integration (``month_end.flows_of``); raises UnknownName."""
    with operator.transaction() as tx:
        meant(tx, named)
    about = f"Compare {named} of {month_end.spelled(period)} with what both systems have now"

    def work(job: jobs.Job) -> Mapping[str, Any]:
        def report(what: str, done: int, of: int) -> None:
            job.say(done, of, what)

        found = reconciling.reconcile(operator, named, period, live=True, report=report)
        return {"period": month_end.spelled(period), "flows": [_told(line) for line in found]}

    return jobs.begin(operator, KIND, about, work, place=place)


def _told(line: Reconciled) -> dict[str, Any]:
    kinds: dict[str, int] = {}
    for one in line.differences:
        kinds[one.kind.value] = kinds.get(one.kind.value, 0) + 1
    return {
        "flow": line.flow,
        "title": line.title,
        "documents": line.documents,
        "wrong": line.wrong,
        "kinds": kinds,
        "sides": [_side(side) for side in (line.source, line.target) if side is not None],
    }


def _side(side: Asked) -> dict[str, Any]:
    return {"system": side.system, "asked": side.asked, "unasked": side.unasked, "why": side.why, "never": side.never}
