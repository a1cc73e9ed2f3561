"""``/runs``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.model import FlowName, Moment
from connector.api.models.work import Record, Run, RunDetail, Tally
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.domain.role import Role
from connector.operations.work import runs

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["runs"]
ONE = "/runs/{run}"
#: records that are named
_NAMED = 100


class RunFilter(Paged):
    """Which runs."""

    flow: FlowName | None = Field(default=None, description="Only runs of this flow.")
    on_demand: bool = Field(default=False, description="Reads of single documents, too.")
    since: Moment | None = Field(default=None, description="Asked for not before then.")
    until: Moment | None = Field(default=None, description="Asked for before then.")


def moment_and_id(place: list[object]) -> tuple[dt.datetime, UUID]:
    """A place in a list that goes by time; raises ValueError for what is none."""
    at = dt.datetime.fromisoformat(str(place[0]))
    if at.tzinfo is None:
        raise ValueError
    return at, UUID(str(place[1]))


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/runs", tags=_TAGS)
    def list_runs(asks: Asks, asked: Annotated[RunFilter, Query()], request: Request, response: Response) -> Page[Run]:
        """List runs, the newest first."""
        cursor = Cursor(asked, request, response)
        after = cursor.place(moment_and_id)
        wanted = runs.Filter(on_demand=asked.on_demand, since=asked.since, until=asked.until, after=after)
        found = runs.list_(asks.operator, wanted, flow=asked.flow, most=asked.limit + 1)
        return cursor.page(found, Run.told, lambda one: (one.created_at, one.id))

    @service.reads(ONE, tags=_TAGS)
    def show_run(asks: Asks, run: UUID) -> RunDetail:
        """Show a run, and what has become of its records."""
        found = runs.progress(asks.operator, run)
        return RunDetail(
            run=Run.told(found.run),
            records=found.counts,
            tallies=[Tally.told(one) for one in found.tallies],
            settled=found.ended and found.moving == 0,
            moving=found.moving,
            waiting=found.waiting,
            failed=found.failed,
            alive=found.alive,
        )

    @service.reads(f"{ONE}/records", tags=_TAGS)
    def list_records_needing_somebody(asks: Asks, run: UUID) -> Page[Record]:
        """List records of a run that are not where they should be, the failed ones first; a hundred at most."""
        runs.progress(asks.operator, run)
        return Page(items=[Record.told(one) for one in runs.needing_somebody(asks.operator, run, most=_NAMED)])

    @service.changes("POST", f"{ONE}/cancel", role=Role.OPERATOR, tags=_TAGS)
    def cancel_run(asks: Asks, run: UUID) -> Run:
        """Read no further for a run; its records go on, and the next run reads from where the last one ended."""
        return Run.told(runs.cancel(asks.operator, run))
