"""``/flows/.../reapplications``: what the target has, mapped by today's rules and sent again where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from connector.api.models.changes import Job, Reapplying
from connector.api.rooms.flows import ONE
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, under_way
from connector.domain.role import Role
from connector.operations.work import reapplying_job

if TYPE_CHECKING:
    from connector.api.serving.service import Service

#: documents that differ, of one answer
_MOST = 10_000


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", f"{ONE}/reapplications", role=Role.OPERATOR, tags=["flows"], **BEGINS)
    def reapply(asks: Asks, integration: str, flow: str, asked: Reapplying, response: Response) -> Job:
        """Map what the target has once more, with today's codes, options and mapping, and send what differs.

        The job's result has `meant`, `counts` (same, send, stays, cannot, moved), `left_alone`, and `examples`: what
        differs, 10,000 documents at most.
        """
        name = f"{integration}/{flow}"
        if asked.dry_run:
            return under_way(asks, response, reapplying_job.look(asks.operator, name, since=asked.since, shown=_MOST))
        number = reapplying_job.begin(asks.operator, name, asked.why or "", since=asked.since, shown=_MOST)
        return under_way(asks, response, number)
