"""Verifying the audit trail as a job: how far it is, and what was found."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.work import audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.audit.verifying import Examined
    from connector.store.operator.audit import Verified

#: how what came of it is drawn
KIND = "audit.verification"


def begin(operator: Operator, *, since_last: bool, expected: Sequence[str] = (), place: str = "") -> UUID:
    """Begin to check every chain and seal, or what came since the last time that all was whole."""
    about = "Verify what came since the last verification" if since_last else "Verify the whole audit trail"

    def work(job: jobs.Job) -> Mapping[str, Any]:
        def report(what: str, done: int, of: int) -> None:
            job.say(done, of, f"Checking {what}")

        return verify(operator, since_last=since_last, expected=expected, report=report)

    return jobs.begin(operator, KIND, about, work, place=place)


def verify(operator: Operator, *, since_last: bool, expected: Sequence[str], report: Report) -> Mapping[str, Any]:
    """Check it now, and say what was found as JSON has it."""
    return _told(operator, *audit.verify(operator, since_last=since_last, expected=expected, report=report))


def _told(operator: Operator, examined: Examined, last: Verified | None) -> dict[str, Any]:
    """What was found as JSON has it, and in sentences; ``last`` is the verification whose events were passed over."""
    findings = examined.findings
    said = [audit.broken(examined)] if findings else [audit.whole(examined, last), audit.reach(examined)]
    if not findings:
        said += filter(None, (audit.anchored(operator), audit.stamped(operator)))
    found = {name: value for name, value in asdict(examined).items() if name != "mark"}
    return {**found, "ok": not findings, "since": None if last is None else asdict(last), "said": said}
