"""``/jobs``: how far it is what takes longer than an answer, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from connector.api.models.changes import Job, Stopping
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.api.serving.working import looked_at
from connector.domain.role import Role
from connector.operations import jobs

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["jobs"]
_ONE = "/jobs/{job}"


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/jobs", tags=_TAGS)
    def list_jobs(asks: Asks) -> Page[Job]:
        """List the newest jobs of everybody, without what came of them."""
        return Page(items=[looked_at(asks, one, told=False) for one in jobs.list_(asks.operator)])

    @service.reads(_ONE, tags=_TAGS)
    def show_job(asks: Asks, job: UUID) -> Job:
        """Say how far a job is, and to operators what came of it."""
        return looked_at(asks, jobs.get(asks.operator, job), told=asks.bearer.role.may(Role.OPERATOR))

    @service.changes("POST", f"{_ONE}/stop", role=Role.VIEWER, tags=_TAGS)
    def stop_job(asks: Asks, job: UUID) -> Stopping:
        """Ask that a job stops after the step it is at; what it did stands. A viewer stops those that they began."""
        return Stopping(stopping=jobs.stop(asks.operator, job, others=asks.bearer.role.may(Role.OPERATOR)))
