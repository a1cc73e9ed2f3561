"""``/work/dead-letters/…``: the documents of one cause, sent again or discarded, all or some, and doubts settled."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from connector.console.pages import doubts
from connector.console.serving.answers import Answer, Onward, Page
from connector.domain.errors import ConfigurationError
from connector.domain.journey import IN_DOUBT
from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.giving_reasons import reason
from connector.operations.work import groups
from connector.operations.work.dead_letters import Filter
from connector.operations.work.needs import is_to_be_discarded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.work.groups import Came

_ONE = "/work/dead-letters/{integration}/{flow}/{code}"
#: what a job is called whose result this draws
KIND = "dead letters"


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(_ONE)(_show)
    desk.change(f"{_ONE}/requeue", role=Role.OPERATOR)(_requeue)
    desk.change(f"{_ONE}/discard", role=Role.OPERATOR)(_discard)
    desk.change(f"{_ONE}/settle", role=Role.OPERATOR)(_settle)
    desk.result(KIND, "work_done.html", _came)


def _show(asked: Asked) -> Answer:
    flow, code = _flow(asked), asked.path("code")
    found = groups.look(asked.operator, flow, code, after=_behind(asked))
    newest = found.letters[0] if found.letters else None
    chosen = {"flow": flow, "state": "dead-letters", "code": code}
    return Page(
        template="work_letters.html",
        title=f"{flow} {code}",
        shows={
            "flow": flow,
            "code": code,
            "place": _place(asked),
            "group": found,
            "newest": newest,
            "alike": len({(one.reason, one.suggestion) for one in found.letters}) == 1,
            "doubt": code == IN_DOUBT,
            "by_hand": newest is not None and is_to_be_discarded(newest.suggestion),
            "next": _next(asked, found.behind),
            "first": bool(asked.query("behind")),
            "documents": f"/documents?{urlencode(chosen)}",
        },
    )


def _next(asked: Asked, behind: tuple[dt.datetime, UUID] | None) -> str:
    if behind is None:
        return ""
    at, letter = behind
    return f"{_place(asked)}?{urlencode({'behind': f'{at.isoformat()}~{letter}'})}"


def _behind(asked: Asked) -> tuple[dt.datetime, UUID] | None:
    at, _, letter = asked.query("behind").partition("~")
    try:
        return (dt.datetime.fromisoformat(at), UUID(letter)) if letter else None
    except ValueError:
        return None


def _flow(asked: Asked) -> str:
    return f"{asked.path('integration')}/{asked.path('flow')}"


def _place(asked: Asked) -> str:
    parts = (asked.path(name) for name in ("integration", "flow", "code"))
    return "/".join(("/work/dead-letters", *(quote(part, safe="") for part in parts)))


def _wanted(asked: Asked) -> Filter:
    """The ticked ones, or all of the group that were there when the page was drawn."""
    try:
        ids = tuple(UUID(one) for one in asked.fields("letter"))
        until = dt.datetime.fromisoformat(asked.field("until"))
    except ValueError:
        raise ConfigurationError("That form is not whole: reload the page, and try again.") from None
    if asked.field("which") == "all":
        return Filter(flow=_flow(asked), code=asked.path("code"), until=until)
    if not ids:
        raise ConfigurationError("Tick the documents that are meant, or take all of them.")
    return Filter(ids=ids, flow=_flow(asked), code=asked.path("code"))


def _requeue(asked: Asked) -> Answer:
    return _do(asked, groups.requeue, "Requeue", "on the way again")


def _discard(asked: Asked) -> Answer:
    return _do(asked, groups.discard, "Discard", "discarded")


def _do(
    asked: Asked,
    does: Callable[..., Came],
    verb: str,
    done: str,
) -> Answer:
    operator, wanted, why = asked.operator, _wanted(asked), reason(asked.field("why"))
    if groups.is_long(operator, wanted):

        def work(job: jobs.Job) -> Mapping[str, Any]:
            return does(operator, wanted, why, job.say).told | {"verb": done}

        about = f"{verb} the documents of {wanted.flow} with the reason {wanted.code}"
        return Onward(place=f"/jobs/{jobs.begin(operator, KIND, about, work, place=_place(asked))}")
    came = does(operator, wanted, why, lambda _done, _of, _said: None)
    said = f"1 document is {done}." if came.done == 1 else f"{came.done} documents are {done}."
    if came.stayed:
        said += f" {came.stayed} stay: {came.why[0][1]}"
    left = groups.look(operator, _flow(asked), asked.path("code")).letters
    return Onward(place=_place(asked) if left else "/work", said=said, failed=not came.done)


def _came(_asked: Asked, result: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"came": result}


def _settle(asked: Asked) -> Answer:
    settled, there = doubts.settle(asked)
    key, version = settled.letter.source_key, settled.newest
    said = f"{key} is there as {there}: it goes on." if there else f"{key} is not there: it is sent once more."
    if version != settled.letter.version:
        said += f" Version {version} of it counts by now."
    left = groups.look(asked.operator, _flow(asked), asked.path("code")).letters
    return Onward(place=_place(asked) if left else "/work", said=said)
