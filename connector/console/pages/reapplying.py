"""Reapplying a flow: what the target has, mapped by today's rules; counted first, then sent with a reason."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.console.pages.flow_settings import name_of
from connector.console.serving.answers import Answer, Onward
from connector.console.serving.cookies import zone
from connector.domain.role import Role
from connector.operations.giving_reasons import reason
from connector.operations.work import reapplying_job, times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.console.serving.desk import Asked, Desk

_ONE = "/flows/{integration}/{flow}"
#: what mapping a document once more comes to, before and afterwards, and how that looks
_WORDS = {
    "send": ("differ, and would be sent again", "sent on their way again", "waiting"),
    "same": ("are in the target as they would be sent today", "as they are in the target", "good"),
    "stays": ("stay as they are: the target takes no such change", "stay as they are for good", "quiet"),
    "cannot": ("cannot be mapped now, and stay as they are", "could not be mapped, and stay", "bad"),
    "moved": ("were on their way already", "were on their way already", "moving"),
}
#: where documents are that are left alone
_LEFT = {"under way": "on their way", "in doubt": "in doubt", "dead": "dead letters", "not sent": "not sent any more"}
#: documents that differ; a program may have asked for many more
_NAMED = 50


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.change(f"{_ONE}/reapply/look", role=Role.OPERATOR, back=_ONE)(_look)
    desk.change(f"{_ONE}/reapply", role=Role.OPERATOR)(_reapply)
    desk.result(reapplying_job.LOOK, "reapply.html", partial(_shows, looking=True))
    desk.result(reapplying_job.KIND, "reapply.html", partial(_shows, looking=False))


def _since(asked: Asked) -> dt.datetime | None:
    typed = asked.field("since").strip()
    return times.read(typed, now=dt.datetime.now(zone(asked.request))) if typed else None


def _look(asked: Asked) -> Answer:
    name = name_of(asked)
    return Onward(
        place=f"/jobs/{reapplying_job.look(asked.operator, name, since=_since(asked), place=f'/flows/{name}')}"
    )


def _reapply(asked: Asked) -> Answer:
    name, why = name_of(asked), reason(asked.field("why"))
    job = reapplying_job.begin(asked.operator, name, why, since=_since(asked), place=f"/flows/{name}")
    return Onward(place=f"/jobs/{job}")


def _shows(_: Asked, found: Mapping[str, Any], *, looking: bool) -> Mapping[str, Any]:
    counts = found["counts"]
    return {
        **found,
        "examples": found["examples"][:_NAMED],
        "looking": looking,
        "going": counts["send"],
        "lines": [
            (before if looking else after, look, counts[word])
            for word, (before, after, look) in _WORDS.items()
            if counts[word]
        ],
        "left": [(_LEFT.get(place, place), number) for place, number in found["left_alone"].items() if number],
        "words": {word: ("would be sent" if word == "send" else word, look) for word, (_, _, look) in _WORDS.items()},
    }
