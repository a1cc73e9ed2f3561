"""Comparing master data as a job, which says how far it is and can be stopped."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from connector.operations import jobs
from connector.operations.setup.flows import meant
from connector.operations.work import drifting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator

KIND = "drift"


def begin(operator: Operator, named: str | None, *, days: int) -> UUID:
    """Begin it for a flow, for an integration or for all (None); raises UnknownName."""
    with operator.transaction() as tx:
        meant(tx, named)

    def work(job: jobs.Job) -> Mapping[str, Any]:
        def report(what: str, done: int, of: int) -> None:
            job.say(done, of, what)

        found = drifting.compare(operator, named, days=days, report=report)
        return {
            "ok": not any(line.wrong for line in found),
            "flows": [{**asdict(line), "wrong": line.wrong} for line in found],
        }

    return jobs.begin(operator, KIND, f"Compare master data of {named or 'all flows'} in both directions", work)
