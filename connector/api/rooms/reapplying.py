"""``/flows/.../reapplications``: what the target has, mapped by today's rules and sent again where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from connector.api.models.changes import Job, Reapplying
from connector.api.rooms.flows import ONE
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, begun
from connector.domain.role import Role
from connector.operations.work import reapplying, reapplying_job

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", f"{ONE}/reapplications", role=Role.OPERATOR, tags=["flows"], **BEGINS)
    def reapply(asks: Asks, integration: str, flow: str, asked: Reapplying, response: Response) -> Job:
        """Map what the target has once more, with today's codes, options and mapping, and send what differs.

        The job's result has `counts` (same, send, stays, cannot, moved), `left_alone`, and `examples` of what differs.
        """
        name, operator = f"{integration}/{flow}", asks.operator
        what = reapplying.select(operator, name, since=asked.since)

        def work(job: jobs.Job) -> dict[str, Any]:
            return reapplying_job.done(operator, what, job, dry=asked.dry_run, why=asked.why or "")

        verb = "Look what reapplying" if asked.dry_run else "Reapply"
        return begun(asks, response, "reapply", f"{verb} {name}{' would send' if asked.dry_run else ''}", work)
