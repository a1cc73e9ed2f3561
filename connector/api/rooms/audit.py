"""``/audit``: who did what, and proof that nobody changed it since."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.changes import Job, Verifying
from connector.api.models.model import Asking, Model, Moment
from connector.api.models.work import AuditEvent
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged, number
from connector.api.serving.working import BEGINS, under_way
from connector.domain.role import Role
from connector.operations.work import audit, verifying_trail

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["audit"]
_MOST_OF_EVENTS = 1000


class Period(Paged):
    """Which events."""

    limit: int = Field(default=200, ge=1, le=_MOST_OF_EVENTS, description="How many at most.")
    since: Moment | None = Field(default=None, description="Not before then.")
    until: Moment | None = Field(default=None, description="Before then.")


class Subject(Asking):
    """Of what the history is."""

    subject: str = Field(
        min_length=1, max_length=300, description="A record's id, a document, or kind:name.", examples=["flow:acme/x"]
    )
    since: Moment | None = Field(default=None, description="Not before then.")
    until: Moment | None = Field(default=None, description="Before then.")


class Seal(Model):
    """What fixes all events up to one; whoever keeps its digest elsewhere notices every later change."""

    number: int
    made_at: dt.datetime
    upto: int | None
    events: int
    digest: str
    key_id: str | None


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/audit/events", tags=_TAGS)
    def list_events(
        asks: Asks, asked: Annotated[Period, Query()], request: Request, response: Response
    ) -> Page[AuditEvent]:
        """List all events of a period, the oldest first."""
        cursor = Cursor(asked, request, response)
        after = cursor.place(_place) or (None if asked.since is None else (asked.since, 0))
        found = audit.page(asks.operator, after=after, until=asked.until, most=asked.limit + 1)
        return cursor.page(found, AuditEvent.told, lambda one: (one.at, one.id))

    @service.reads("/audit/history", tags=_TAGS)
    def show_history(asks: Asks, asked: Annotated[Subject, Query()]) -> Page[AuditEvent]:
        """Show everything that happened to one thing, the oldest first."""
        found = audit.history(asks.operator, asked.subject, since=asked.since, until=asked.until)
        return Page(items=[AuditEvent.told(one) for one in found])

    @service.reads("/audit/seals", tags=_TAGS)
    def list_seals(asks: Asks, asked: Annotated[Paged, Query()], request: Request, response: Response) -> Page[Seal]:
        """List seals, the newest first."""
        cursor = Cursor(asked, request, response)
        below = cursor.place(number)
        found = audit.seals(asks.operator, most=asked.limit + 1, below=below)
        return cursor.page(found, Seal.told, lambda one: (one.number,))

    @service.changes("POST", "/audit/verifications", role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def verify_trail(asks: Asks, asked: Verifying, response: Response) -> Job:
        """Check every chain and every seal; that it was done is written down.

        The job's result has `ok`, `findings`, `events`, `passed_over`, `seals`, how far these reach, and `said`: all
        of it in sentences.
        """
        number = verifying_trail.begin(asks.operator, since_last=asked.since_last, expected=asked.expected)
        return under_way(asks, response, number)


def _place(place: list[object]) -> tuple[dt.datetime, int]:
    at = dt.datetime.fromisoformat(str(place[0]))
    if at.tzinfo is None:
        raise ValueError
    return at, number(place[1:])
