"""``/sign-offs``: who signed which period off, and what has changed since then."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models import periods as told
from connector.api.models.changes import Job
from connector.api.models.setup import Why
from connector.api.rooms.periods import ONE, TAGS, When, meant, page_of
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.api.serving.working import BEGINS, under_way
from connector.domain.role import Role
from connector.operations.work import closing, closing_job, since_job, since_signing

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations.work.closing import Signed


class SignOffFilter(Paged):
    """Which sign-offs."""

    of: str | None = Field(default=None, max_length=200, description="Only of this flow or integration.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/sign-offs", tags=TAGS)
    def list_sign_offs(
        asks: Asks, asked: Annotated[SignOffFilter, Query()], request: Request, response: Response
    ) -> Page[told.Signed]:
        """List sign-offs, the newest periods first, also those that were withdrawn."""
        cursor = Cursor(asked, request, response)
        found = closing.listed(asks.operator, asked.of, after=cursor.place(_place), most=asked.limit + 1)
        return cursor.page(found, told.Signed.told, _stands)

    @service.changes("POST", "/periods/{period}/sign-offs", role=Role.OPERATOR, tags=TAGS, **BEGINS)
    def sign_off_period(asks: Asks, period: When, asked: told.Signing, response: Response) -> Job:
        """Sign the figures of a period off, as they stand in the ledger now.

        The job's result has `signed`: each flow with its sign-off. Where something is open and nobody says why it is
        signed all the same, the job fails with the sentence that says what is open.
        """
        about = meant(period)
        number = closing_job.begin(
            asks.operator, asked.of, about, asked.why, seen=asked.seen, place=page_of(about, asked.of)
        )
        return under_way(asks, response, number)

    @service.reads(f"{ONE}/changes", tags=TAGS)
    def show_changes_since_sign_off(asks: Asks, period: When, integration: str, flow: str) -> told.Since:
        """Say what is otherwise than when the period was signed off; of a large period a job does (`POST`)."""
        found = since_signing.now(asks.operator, f"{integration}/{flow}", meant(period))
        return told.Since.told(found)

    @service.changes("POST", f"{ONE}/changes", role=Role.OPERATOR, tags=TAGS, **BEGINS)
    def find_changes_since_sign_off(asks: Asks, period: When, integration: str, flow: str, response: Response) -> Job:
        """Find what is otherwise than when the period was signed off, however much it holds.

        The job's result has what `GET` answers, with 10,000 documents at most; `changes_in_all` says how many.
        """
        about, name = meant(period), f"{integration}/{flow}"
        return under_way(asks, response, since_job.begin(asks.operator, name, about, place=page_of(about, name)))

    @service.changes("POST", f"{ONE}/withdraw", role=Role.OPERATOR, tags=TAGS)
    def withdraw_sign_off(asks: Asks, period: When, integration: str, flow: str, asked: Why) -> Page[told.SignOff]:
        """Take the sign-off of a flow back; it stays on record. Answers with all sign-offs of the period."""
        about, name = meant(period), f"{integration}/{flow}"
        closing.withdraw(asks.operator, name, about, asked.why)
        return Page(items=[told.SignOff.told(one) for one in closing.history(asks.operator, name, about)])


def _stands(one: Signed) -> tuple[dt.date, dt.date, UUID]:
    return one.sign_off.first, one.sign_off.last, one.sign_off.id


def _place(place: list[object]) -> tuple[dt.date, dt.date, UUID]:
    first, last, number = map(str, place)
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last), UUID(number)
