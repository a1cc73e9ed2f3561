"""Trying a flow out: a dry run of it, and a rehearsal of edited codes and options before anybody saves them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.console.drawing import fields
from connector.console.pages.flow_settings import name_of
from connector.console.serving.answers import Answer, Onward, Page
from connector.console.serving.cookies import zone
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.setup import flows, options
from connector.operations.work import dry_run_job, rehearsal_job, times
from connector.reading.mistakes import each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.console.serving.desk import Asked, Desk

_ONE = "/flows/{integration}/{flow}"
_USUAL_DOCUMENTS, _USUAL_DAYS = 10, 7
#: what a document would become, as people say it, and how that looks
WOULD = {
    "create": ("would be sent", "good"),
    "update": ("would be changed", "good"),
    "nothing": ("nothing new", "quiet"),
    "wait": ("would wait", "waiting"),
    "park": ("missing code", "bad"),
    "skip": ("left out", "quiet"),
    "reject": ("would be rejected", "bad"),
    "dead": ("dead letter", "bad"),
    "later": ("tried later", "waiting"),
}
#: what edited rules come to, as people say it
CHANGES = {
    "otherwise": "sent with other fields",
    "sent": "sent, and are not now",
    "not sent": "not sent, and are now",
    "other reason": "not sent, for another reason",
    "same": "the same",
    "unreadable": "cannot be read any more",
}


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.change(f"{_ONE}/dry-run", role=Role.OPERATOR)(_dry_run)
    desk.page(f"{_ONE}/rehearse", role=Role.OPERATOR)(_rehearse)
    desk.change(f"{_ONE}/rehearse", role=Role.OPERATOR)(_rehearsed)
    desk.result(dry_run_job.KIND, "dry_run.html", _documents)
    desk.result(rehearsal_job.KIND, "rehearsal.html", _changes)


def _dry_run(asked: Asked) -> Answer:
    name, since = name_of(asked), asked.field("since").strip()
    job = dry_run_job.begin(
        asked.operator,
        name,
        limit=_whole(asked.field("limit"), _USUAL_DOCUMENTS),
        since=times.read(since, now=dt.datetime.now(zone(asked.request))) if since else None,
        key=asked.field("key").strip() or None,
        place=f"/flows/{name}",
    )
    return Onward(place=f"/jobs/{job}")


def _documents(_: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "flow": found["flow"],
        "documents": found["documents"],
        "would": [(word, *WOULD.get(word, (word, "quiet")), number) for word, number in found["would"].items()],
        "words": WOULD,
    }


def _rehearse(asked: Asked) -> Answer:
    flow = flows.get(asked.operator, name_of(asked))
    return _form(asked, fields.spelled(options.settings(flow.name), flow.options))


def _rehearsed(asked: Asked) -> Answer:
    name, texts = name_of(asked), fields.texts(asked.form)
    flow = flows.get(asked.operator, name)
    try:
        job = rehearsal_job.begin(
            asked.operator,
            name,
            days=_whole(asked.field("days"), _USUAL_DAYS),
            codes=fields.lines(asked.field("codes")),
            values=fields.typed(options.settings(flow.name), texts) if texts else None,
            place=f"/flows/{name}/rehearse",
        )
    except ConfigurationError as error:
        return _form(asked, texts or fields.spelled(options.settings(flow.name), flow.options), _lines(error))
    return Onward(place=f"/jobs/{job}")


def _lines(error: ConfigurationError) -> list[str]:
    """Mistakes of a file stand on lines of their own."""
    return [line for one in each(error) for line in one.splitlines()]


def _form(asked: Asked, texts: Mapping[str, str], mistakes: Sequence[str] = ()) -> Page:
    flow = flows.get(asked.operator, name_of(asked))
    settings = [replace(one, usual=False) for one in options.settings(flow.name)]
    drawn, left = fields.drawn(settings, texts, mistakes)
    return Page(
        template="rehearse.html",
        title=f"Rehearse {flow.full_name}",
        shows={
            "flow": flow,
            "known": registry.flow(flow.name),
            "fields": drawn,
            "mistakes": left,
            "codes": fields.lines(asked.field("codes")),
            "days": asked.field("days") or str(_USUAL_DAYS),
            "most_days": rehearsal_job.MOST_DAYS,
        },
        status=HTTPStatus.BAD_REQUEST if mistakes else HTTPStatus.OK,
    )


def _changes(_: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:
    flow = found["flow"]
    settings = options.settings(flow.partition("/")[2])
    spelled = fields.spelled(settings, found["options"] or {})
    return {
        **found,
        "words": CHANGES,
        "hidden_options": [(f"{fields.PREFIX}{name}", text) for name, text in spelled.items()],
        "title_of": registry.flow(flow.partition("/")[2]).title,
    }


def _whole(text: str, otherwise: int) -> int:
    """A number that somebody typed; raises ConfigurationError for what is none."""
    if not text.strip():
        return otherwise
    if not text.strip().isdecimal():
        raise ConfigurationError(f"{text.strip()[:20]!r} is not a whole number.")
    return int(text)
