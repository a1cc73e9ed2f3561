"""``/integrations``, with their flows."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from connector.api.models.changes import Job
from connector.api.models.setup import (
    Integration,
    IntegrationToRemove,
    NewIntegration,
)
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.api.serving.working import BEGINS, begun
from connector.domain.role import Role
from connector.operations.setup import integrations, removing

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs

_ONE = "/integrations/{name}"


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/integrations", tags=["integrations"])
    def list_integrations(asks: Asks) -> Page[Integration]:
        """List all integrations by name."""
        return Page(items=[Integration.told(one) for one in integrations.list_(asks.operator)])

    @service.reads(_ONE, tags=["integrations"])
    def show_integration(asks: Asks, name: str) -> Integration:
        """Show an integration."""
        return Integration.told(integrations.get(asks.operator, name).integration)

    @service.changes("POST", "/integrations", role=Role.ADMIN, tags=["integrations"], status_code=HTTPStatus.CREATED)
    def add_integration(asks: Asks, asked: NewIntegration, response: Response) -> Integration:
        """Add an integration with all flows of its kind, switched off."""
        added = integrations.add(asks.operator, asked.name, asked.kind, asked.source, asked.target)
        response.headers["Location"] = f"/api/v1/integrations/{asked.name}"
        return Integration.told(added.integration)

    @service.changes("POST", f"{_ONE}/remove", role=Role.ADMIN, tags=["integrations"], **BEGINS)
    def remove_integration(asks: Asks, name: str, asked: IntegrationToRemove, response: Response) -> Job:
        """Remove an integration; its history stays and keeps its name.

        The job's result has `abandoned`, how many records were given up, and `in_doubt`, the documents that the target
        may have or not: nobody will ask any more.
        """
        integrations.get(asks.operator, name)

        def work(job: jobs.Job) -> dict[str, Any]:
            gone = removing.remove(
                asks.operator,
                name,
                asked.why,
                abandon=asked.abandon,
                report=lambda what, done, of: job.say(done, of, what),
            )
            return vars(gone)

        return begun(asks, response, "remove integration", f"Remove {name}", work)
