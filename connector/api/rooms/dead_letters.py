"""``/dead-letters``: what could not be done, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.work import DeadLetter
from connector.api.rooms.records import Search
from connector.api.rooms.runs import moment_and_id
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, link
from connector.operations.work import dead_letters

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["dead letters"]
ONE = "/dead-letters/{letter}"


class LetterFilter(Search):
    """Which dead letters."""

    flow: str | None = Field(default=None, max_length=200, description="Only those of this flow.")
    reason: str | None = Field(default=None, max_length=100, description="Only those with this reason code.")
    resolved: bool = Field(default=False, description="Resolved ones, too.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/dead-letters", tags=_TAGS)
    def list_dead_letters(
        asks: Asks, asked: Annotated[LetterFilter, Query()], request: Request, response: Response
    ) -> Page[DeadLetter]:
        """List dead letters, the newest first."""
        cursor = Cursor(asked, request.url.path)
        wanted = dead_letters.Filter(
            flow=asked.flow, code=asked.reason, sought=asked.sought(), after=cursor.place(moment_and_id)
        )
        found = dead_letters.list_(asks.operator, wanted, most=asked.limit + 1, resolved=asked.resolved)
        shown = found[: asked.limit]
        onward = cursor.after((shown[-1].created_at, shown[-1].id)) if len(found) > len(shown) else None
        link(request, response, onward)
        return Page(items=[DeadLetter.of(one) for one in shown], next=onward)

    @service.reads(ONE, tags=_TAGS)
    def show_dead_letter(asks: Asks, letter: UUID) -> DeadLetter:
        """Show a dead letter, by its own id or its record's."""
        return DeadLetter.of(dead_letters.get(asks.operator, letter))
