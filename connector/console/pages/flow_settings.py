"""``/flows/{integration}/{flow}/schedule`` and ``.../options``: when a flow runs, and how it does what it does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector import registry
from connector.console.drawing import fields
from connector.console.serving.answers import Answer, Onward, Page
from connector.console.serving.cookies import zone
from connector.domain import schedule
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.domain.sentence import capital
from connector.operations.setup import flows, options
from connector.reading.mistakes import each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.console.serving.desk import Asked, Desk

_ONE = "/flows/{integration}/{flow}"
TIMES = 5
_OFTEN = dt.timedelta(minutes=5)
#: what most people want
USUAL = (
    ("every 5 minutes", "every 5m"),
    ("every 15 minutes", "every 15m"),
    ("every hour", "every 1h"),
    ("daily at 06:00", "0 6 * * *"),
    ("weekdays at 06:00", "0 6 * * MON-FRI"),
)


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(f"{_ONE}/schedule", role=Role.OPERATOR)(_schedule)
    desk.change(f"{_ONE}/schedule", role=Role.OPERATOR, back=f"{_ONE}/schedule")(_scheduled)
    desk.page(f"{_ONE}/options", role=Role.OPERATOR)(_options)
    desk.change(f"{_ONE}/options", role=Role.OPERATOR)(_chosen)


def name_of(asked: Asked) -> str:
    """The full name of the flow that an address is about."""
    return f"{asked.path('integration')}/{asked.path('flow')}"


def in_zone(at: dt.datetime, timezone: str, *, seconds: bool) -> str:
    """A moment as the clock of a flow's own zone shows it."""
    there = at.astimezone(schedule.zone(timezone))
    clock = there.strftime("%H:%M:%S" if seconds else "%H:%M")
    year = "" if there.year == dt.datetime.now(dt.UTC).year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}, {clock} {there.tzname()}"


def coming(line: str, timezone: str, now: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """The next times of a schedule in its own zone, and as moments; raises ConfigurationError."""
    moments = schedule.next_fires(line, timezone, now, TIMES)
    often = moments[-1] - moments[0] < _OFTEN
    return [(in_zone(one, timezone, seconds=often), one) for one in moments]


def _schedule(asked: Asked) -> Answer:
    flow = flows.get(asked.operator, name_of(asked))
    line = asked.query("line").strip() or flow.schedule
    timezone = asked.query("zone").strip() or flow.timezone
    wrong, words, times = "", "", list[tuple[str, dt.datetime]]()
    try:
        line = str(schedule.typed(line, asked.operator.application.shortest_schedule))
        timezone = schedule.zone(timezone).key
        words, times = schedule.words(line, timezone), coming(line, timezone, dt.datetime.now(dt.UTC))
    except ConfigurationError as error:
        wrong = error.message
    return Page(
        template="schedule.html",
        title=f"Schedule of {flow.full_name}",
        shows={
            "flow": flow,
            "known": registry.flow(flow.name),
            "line": line,
            "timezone": timezone,
            "words": capital(words),
            "times": times,
            "wrong": wrong,
            "same": (line, timezone) == (flow.schedule, flow.timezone),
            "now_words": schedule.words(flow.schedule, flow.timezone),
            "usual": USUAL,
            "zones": sorted({timezone, flow.timezone, "UTC", zone(asked.request).key}),
            "elsewhere": timezone != zone(asked.request).key,
        },
    )


def _scheduled(asked: Asked) -> Answer:
    changed = flows.set_schedule(asked.operator, name_of(asked), asked.field("line"), asked.field("zone"))
    words = schedule.words(changed.schedule, changed.timezone)
    ran = "" if changed.enabled else " It is switched off, and so it does not run yet."
    return Onward(place=f"/flows/{changed.full_name}", said=f"{capital(words)} from now on.{ran}")


def _options(asked: Asked) -> Answer:
    flow = flows.get(asked.operator, name_of(asked))
    return _form(asked, fields.spelled(options.settings(flow.name), flow.options), seen=options.version(flow))


def _chosen(asked: Asked) -> Answer:
    name, texts = name_of(asked), fields.texts(asked.form)
    flow = flows.get(asked.operator, name)
    try:
        values = fields.typed(options.settings(flow.name), texts)
        changed, loaded = options.change(asked.operator, name, values, asked.field("why"), seen=asked.field("seen"))
    except ConfigurationError as error:
        return _form(asked, texts, each(error), seen=asked.field("seen"))
    if changed.options == flow.options:
        return Onward(place=f"/flows/{name}", said="These are the options it has already.")
    before = f" {flows.loaded_by_others(changed, loaded)}" if loaded else ""
    return Onward(place=f"/flows/{name}", said=f"The options count from the next document on.{before}")


def _form(asked: Asked, texts: Mapping[str, str], mistakes: Sequence[str] = (), *, seen: str) -> Page:
    flow = flows.get(asked.operator, name_of(asked))
    drawn, left = fields.drawn([replace(one, usual=True) for one in options.settings(flow.name)], texts, mistakes)
    return Page(
        template="flow_options.html",
        title=f"Options of {flow.full_name}",
        shows={
            "flow": flow,
            "known": registry.flow(flow.name),
            "fields": drawn,
            "mistakes": left,
            "why": asked.field("why"),
            "seen": seen,
        },
        status=HTTPStatus.BAD_REQUEST if mistakes else HTTPStatus.OK,
    )
