"""Verifying the audit trail as a job: how far it is, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.work import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator

#: how what came of it is drawn
KIND = "audit.verification"


def begin(operator: Operator, *, since_last: bool, place: str) -> UUID:
    """Begin to check every chain and seal, or what came since the last time that all was whole."""
    about = "Verify what came since the last verification" if since_last else "Verify the whole audit trail"

    def work(job: jobs.Job) -> Mapping[str, Any]:
        def report(what: str, done: int, of: int) -> None:
            job.say(done, of, f"Checking {what}")

        examined, last = audit.verify(operator, since_last=since_last, report=report)
        findings = examined.findings
        said = [audit.broken(examined)] if findings else [audit.whole(examined, last), audit.reach(examined)]
        return {
            "whole": not findings,
            "said": [*said, *filter(None, (audit.anchored(operator), audit.stamped(operator)))],
            "events": examined.events,
            "seals": examined.seals,
            "findings": [{"subject": one.subject, "event": one.event, "problem": one.problem} for one in findings],
        }

    return jobs.begin(operator, KIND, about, work, place=place)
