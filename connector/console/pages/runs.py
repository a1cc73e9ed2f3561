"""``/runs/{run}``: what one run read, and what became of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from connector import registry
from connector.console.serving.answers import Answer, Onward, Page, Said
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.work import runs

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

PLACE = "/runs"
_ONE = f"{PLACE}/{{run}}"
_MOST = 50
#: how what became of records is called, and how that looks
CALLED = {
    "done": ("done", "good"),
    "moving": ("moves", "moving"),
    "retry": ("tried again", "waiting"),
    "gate": ("waits", "waiting"),
    "park": ("missing code", "bad"),
    "connection": ("stands still", "bad"),
    "version": ("waits for a version before", "waiting"),
    "source": ("waits for its source", "waiting"),
    "dead": ("dead letter", "bad"),
    "rejected": ("rejected", "bad"),
    "skipped": ("left out", "quiet"),
    "cancelled": ("taken back", "quiet"),
    "superseded": ("replaced", "quiet"),
}


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(_ONE)(_show)
    desk.change(f"{_ONE}/cancel", role=Role.OPERATOR)(_cancel)


def _show(asked: Asked) -> Answer:
    number = _number(asked)
    try:
        found = runs.progress(asked.operator, number)
    except ConfigurationError as error:
        raise Said(error.message, HTTPStatus.NOT_FOUND) from None
    flow = found.run.flow
    return Page(
        template="run.html",
        title=f"Run of {flow}",
        shows={
            "run": found.run,
            "ended": found.ended,
            "known": registry.flow(flow.partition("/")[2]),
            "called": CALLED,
            "counts": [(*CALLED.get(word, (word, "quiet")), count) for word, count in found.counts.items()],
            "needing": runs.needing_somebody(asked.operator, number, most=_MOST),
        },
        live=not found.ended or bool(found.moving),
        every=5,
    )


def _cancel(asked: Asked) -> Answer:
    run = runs.cancel(asked.operator, _number(asked))
    return Onward(place=f"{PLACE}/{run.id}", said="It reads no further. What it read goes on.")


def _number(asked: Asked) -> UUID:
    try:
        return UUID(asked.path("run"))
    except ValueError:
        raise Said("There is no such run.", HTTPStatus.NOT_FOUND) from None
