"""``/integrations/{name}/codes/choices``: which codes the target has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from connector.api.models.changes import Job
from connector.api.models.setup import CodeTable
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, under_way
from connector.domain.role import Role
from connector.operations.setup import target_codes

if TYPE_CHECKING:
    from connector.api.serving.service import Service


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", "/integrations/{name}/codes/choices", role=Role.OPERATOR, tags=["codes"], **BEGINS)
    def ask_for_codes(asks: Asks, name: str, asked: CodeTable, response: Response) -> Job:
        """Ask the target now which codes a table may lead to.

        The job's result has `codes`, each with what it is called there, and `whole`: whether they are all of them.
        """
        return under_way(asks, response, target_codes.ask(asks.operator, name, asked.table))
