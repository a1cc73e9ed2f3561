"""``/dead-letters``: what could not be done, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from connector.api.models.changes import (
    Job,
    Meant,
    Refused,
    RequeueAll,
    Requeued,
    Requeueing,
    RequeueOfFlow,
    RequeueOfReason,
    RequeueThese,
    Settling,
    There,
)
from connector.api.models.model import FlowName
from connector.api.models.setup import Why
from connector.api.models.work import DeadLetter
from connector.api.rooms.records import Search
from connector.api.rooms.runs import moment_and_id
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Cursor, Page
from connector.api.serving.working import BEGINS, begun
from connector.domain.role import Role
from connector.operations.work import dead_letters, settling

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations import jobs

_TAGS = ["dead letters"]
ONE = "/dead-letters/{letter}"


class LetterFilter(Search):
    """Which dead letters."""

    flow: FlowName | None = Field(default=None, description="Only those of this flow.")
    reason: str | None = Field(default=None, max_length=100, description="Only those with this reason code.")
    resolved: bool = Field(default=False, description="Resolved ones, too.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/dead-letters", tags=_TAGS)
    def list_dead_letters(
        asks: Asks, asked: Annotated[LetterFilter, Query()], request: Request, response: Response
    ) -> Page[DeadLetter]:
        """List dead letters, the newest first."""
        cursor = Cursor(asked, request, response)
        wanted = dead_letters.Filter(
            flow=asked.flow, code=asked.reason, sought=asked.sought(), after=cursor.place(moment_and_id)
        )
        found = dead_letters.list_(asks.operator, wanted, most=asked.limit + 1, resolved=asked.resolved)
        return cursor.page(found, DeadLetter.told, lambda one: (one.created_at, one.id))

    @service.reads(ONE, tags=_TAGS)
    def show_dead_letter(asks: Asks, letter: UUID) -> DeadLetter:
        """Show a dead letter, by its own id or its record's."""
        return DeadLetter.told(dead_letters.get(asks.operator, letter))

    @service.changes("POST", "/requeues/preview", role=Role.OPERATOR, tags=_TAGS)
    def preview_requeue(asks: Asks, asked: Requeueing) -> Meant:
        """Say how many dead letters a requeue would be about; nothing is done."""
        return Meant(meant=dead_letters.select(asks.operator, _wanted(asked))[1])

    @service.changes("POST", "/requeues", role=Role.OPERATOR, tags=_TAGS, **BEGINS)
    def requeue_dead_letters(asks: Asks, asked: Requeueing, response: Response) -> Job:
        """Send dead letters on their way again; what the target already has is not sent twice.

        What somebody discarded goes when it is named, with `discarded`. The job's result has `meant`, `requeued` and
        `refused`.
        """
        fixed, total = dead_letters.select(asks.operator, _wanted(asked))

        def work(job: jobs.Job) -> dict[str, Any]:
            def report(what: str, done: int, of: int) -> None:
                job.say(done, of, what)

            why = asked.why or ""
            came = dead_letters.requeue_all(asks.operator, fixed, why=why, total=total, report=report)
            refused = [Refused(id=stays, why=why) for stays, why in came.refused]
            return Requeued(meant=total, requeued=came.letters, refused=refused).model_dump(mode="json")

        return begun(asks, response, "requeue", f"Requeue {total} dead letters", work)

    @service.changes("POST", f"{ONE}/discard", role=Role.OPERATOR, tags=_TAGS)
    def discard_dead_letter(asks: Asks, letter: UUID, asked: Why) -> DeadLetter:
        """Close a dead letter without sending anything; it is named by its own id, as it was looked at."""
        return DeadLetter.told(dead_letters.discard(asks.operator, letter, asked.why))

    @service.changes("POST", f"{ONE}/settle", role=Role.OPERATOR, tags=_TAGS)
    def settle_dead_letter(asks: Asks, letter: UUID, asked: Settling) -> DeadLetter:
        """Say whether a write in doubt happened, after looking into the target; only then does its document go on.

        `attempt` says which write was looked for. Where another one has no answer by now, this is a conflict.
        """
        there = asked.there if isinstance(asked, There) else None
        return DeadLetter.told(settling.settle(asks.operator, letter, attempt=asked.attempt, there=there).letter)


def _wanted(asked: RequeueThese | RequeueOfFlow | RequeueOfReason | RequeueAll) -> dead_letters.Filter:
    return dead_letters.Filter(
        ids=tuple(dict.fromkeys(asked.ids)) if isinstance(asked, RequeueThese) else (),
        discarded=isinstance(asked, RequeueThese) and asked.discarded,
        flow=asked.flow if isinstance(asked, RequeueOfFlow) else None,
        code=asked.reason if isinstance(asked, RequeueOfFlow | RequeueOfReason) else None,
    )
