"""``/audit``: who did what, and proof that nobody changed it since."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.changes import Job, Verifying
from connector.api.models.model import Asking, Model, Moment
from connector.api.models.work import AuditEvent
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page, Paged
from connector.api.serving.working import BEGINS, begun, plain
from connector.domain.role import Role
from connector.operations.work import audit

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs

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


class Most(Asking):
    """How many."""

    limit: int = Field(default=20, ge=1, le=1000, description="How many at most.")


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
    def list_seals(asks: Asks, asked: Annotated[Most, Query()]) -> Page[Seal]:
        """List the newest seals, the newest first."""
        return Page(items=[Seal.told(one) for one in audit.seals(asks.operator, most=asked.limit)])

    @service.changes("POST", "/audit/verifications", role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def verify_trail(asks: Asks, asked: Verifying, response: Response) -> Job:
        """Check every chain and every seal; that it was done is written down.

        The job's result has `ok`, `findings`, `events`, `passed_over`, `seals`, `unsealed`, and `said` in words.
        """

        def work(job: jobs.Job) -> dict[str, Any]:
            def report(what: str, done: int, of: int) -> None:
                job.say(done, of, f"Checking {what}")

            examined, last = audit.verify(
                asks.operator, since_last=asked.since_last, expected=asked.expected, report=report
            )
            findings = examined.findings
            said = audit.broken(examined) if findings else f"{audit.whole(examined, last)} {audit.reach(examined)}"
            return {
                "ok": not findings,
                "findings": plain(findings),
                "events": examined.events,
                "passed_over": examined.passed_over,
                "seals": examined.seals,
                "unsealed": examined.unsealed,
                "said": said,
            }

        return begun(asks, response, "verify", "Check the audit trail", work)


def _place(place: list[object]) -> tuple[dt.datetime, int]:
    at = dt.datetime.fromisoformat(str(place[0]))
    number = int(str(place[1]))
    if at.tzinfo is None or not 0 <= number < 2**63:
        raise ValueError
    return at, number
