"""``/master-data``: what only one of two systems has, or has shut down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from connector.api.models.changes import ComparingMasterData, Job
from connector.api.serving.asked import Asks
from connector.api.serving.working import BEGINS, under_way
from connector.domain.role import Role
from connector.operations.work import drifting_job

if TYPE_CHECKING:
    from connector.api.serving.service import Service


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", "/master-data/comparisons", role=Role.OPERATOR, tags=["reconciliation"], **BEGINS)
    def compare_master_data(asks: Asks, asked: ComparingMasterData, response: Response) -> Job:
        """Ask source and target for their master data, and say what differs; nothing is changed in either.

        The job's result has `ok` and `flows`, each with its `differences`; `unasked` says why one was not compared.
        """
        return under_way(asks, response, drifting_job.begin(asks.operator, asked.of, days=asked.days))
