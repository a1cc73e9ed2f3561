"""Signing a period off as a job, where it holds so much that nobody waits for it."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError
from connector.operations import jobs
from connector.operations.setup.flows import meant
from connector.operations.work import closing, counting_periods, month_end
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.operations.operator import Operator
    from connector.operations.work.closing import Signed
    from connector.store.audit.recomputing import Report

_log = logging.getLogger(__name__)

#: how what came of it is drawn
KIND = "period.sign_off"


def large(operator: Operator, period: Period) -> bool:
    """Whether signing a period takes longer than somebody waits."""
    with operator.transaction() as tx:
        return not ledger.period_counts.little(tx, period)


def begin(
    operator: Operator, named: str, period: Period, why: str, *, seen: Mapping[str, str] | None, place: str
) -> UUID:
    """Begin it, as ``closing.sign_off``; what it refuses ends the job with the reason. Raises UnknownName."""
    with operator.transaction() as tx:
        meant(tx, named)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        return told(operator, named, period, why, seen=seen, job=job)

    return jobs.begin(operator, KIND, f"Sign off {named}, {month_end.called(period)}", work, place=place)


def told(
    operator: Operator, named: str, period: Period, why: str, *, seen: Mapping[str, str] | None, job: jobs.Job
) -> dict[str, Any]:
    """Sign off inside of a job, and say what was signed."""

    def report(what: str, done: int, of: int) -> None:
        job.say(done, of, what)

    signed = sign(operator, named, period, why, seen=seen, report=report)
    return {"signed": [{"flow": one.flow, "sign_off": asdict(one.sign_off)} for one in signed]}


def sign(
    operator: Operator,
    named: str,
    period: Period,
    why: str = "",
    *,
    seen: Mapping[str, str] | None = None,
    report: Report,
) -> list[Signed]:
    """Sign off as ``closing.sign_off``; a large period is counted anew, so that pages show what was signed."""
    signed = closing.sign_off(operator, named, period, why, seen=seen, report=report)
    try:
        if large(operator, period):
            counting_periods.count(operator, period)
    except ConnectorError as error:  # signed it is; the clock counts it within minutes
        _log.warning("period.not_counted", extra={"error": error.in_full})
    return signed
