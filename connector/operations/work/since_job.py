"""What changed since a period was signed off as a job, where it holds so much that nobody waits for it."""

from __future__ import annotations

from dataclasses import asdict, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.setup.flows import require_flow
from connector.operations.work import month_end, since_signing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.operations.operator import Operator

#: how what came of it is drawn
KIND = "period.changes"
#: documents that are named; how many there were is told in any case
MOST = 10_000
_AMOUNTS = frozenset({"amount", "debit", "credit"})


def begin(operator: Operator, full_name: str, period: Period, *, place: str) -> UUID:
    """Begin it for a flow; raises UnknownName."""
    with operator.transaction() as tx:
        require_flow(tx, full_name)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        return told(operator, full_name, period, job)

    about = f"What changed of {full_name}, {month_end.called(period)}, since it was signed off"
    return jobs.begin(operator, KIND, about, work, place=place)


def told(operator: Operator, full_name: str, period: Period, job: jobs.Job) -> dict[str, Any]:
    """Find it inside of a job, and say it."""

    def report(what: str, done: int, of: int) -> None:
        job.say(done, of, f"Adding up what {what} posted")

    job.say(0, None, "Comparing")
    found = since_signing.find(operator, full_name, period, report=report)
    changes = [{**asdict(one), "what": one.what} for one in found.changes[:MOST]]
    more = {"changes": changes, "changes_in_all": len(found.changes), "anything": found.anything}
    return {**asdict(replace(found, changes=())), "period": month_end.spelled(period), **more}


def amounts(value: Any) -> Any:  # noqa: ANN401 - JSON holds anything
    """The same as it was told, with amounts that were text."""
    if isinstance(value, list):
        return [amounts(one) for one in value]
    if isinstance(value, dict):
        return {
            name: Decimal(one) if name in _AMOUNTS and one is not None else amounts(one) for name, one in value.items()
        }
    return value
