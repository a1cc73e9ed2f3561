"""``/documents``: where is invoice 4711."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from connector import registry
from connector.console.serving.answers import Answer, Download, Onward, Page
from connector.console.serving.cookies import zone
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.role import Role
from connector.operations import job_files
from connector.operations.work import documents, documents_file, seeking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.work.documents import Listed
    from connector.operations.work.records import Filter

PLACE = "/documents"
#: what can be chosen as a state, by how people call it
STATES = (
    ("Under way", (("moving", "moves"), ("gate", "waits"), ("retry", "tried again"), ("connection", "stands still"))),
    ("Needs somebody", (("needs-you", "needs you"), ("dead-letters", "dead letter"), ("park", "missing code"))),
    (
        "Ended",
        (
            ("done", "done"),
            ("rejected", "rejected"),
            ("skipped", "left out"),
            ("cancelled", "taken back"),
            ("superseded", "replaced"),
        ),
    ),
)
#: filters that no field of the form has: links of other pages bring them
_BROUGHT = {
    "hold": "held by {}",
    "connection": "of connection {}",
    "code": "with the reason {}",
    "waits-for": "that wait for {}",
    "begun-before": "on their way since before {}",
    "ended-since": "that ended since {}",
    "warned": "that were taken with a warning",
}


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_list)
    for kind in job_files.FORMATS:
        desk.page(f"{PLACE}.{kind}")(partial(_export, kind))
    desk.change(f"{PLACE}/file", role=Role.VIEWER, back=PLACE)(_make)


def _list(asked: Asked) -> Answer:
    said = {name: asked.query(name).strip() for name in documents.WORDS}
    behind, above = asked.query("behind"), _whole(asked.query("above"))
    alone = {name for name, value in said.items() if value} == {"q"} and not behind
    if alone and not asked.query("list") and (only := documents.sole(asked.operator, said["q"])):
        return Onward(place=f"{PLACE}/{only}")
    wrong, found = "", None
    try:
        found = documents.look(asked.operator, _wanted(asked, said), behind=behind)
    except ConfigurationError as error:
        wrong = error.message
    return Page(
        template="documents.html",
        title="Documents",
        shows=_shows(asked, said, found, above) | {"wrong": wrong},
        live=not behind and not wrong,
    )


def _shows(asked: Asked, said: Mapping[str, str], found: Listed | None, above: int) -> dict[str, Any]:
    flows = found.flows if found else ()
    shown = len(found.lines) if found else 0
    return {
        "said": said,
        "listed": found,
        "chosen": any(said.values()),
        "large": found is not None and found.there > found.counted,
        "more": [name for name in ("party", "from", "to", "amount", "since", "until") if said[name]],
        "brought": [(name, text.format(said[name])) for name, text in _BROUGHT.items() if said[name]],
        "states": STATES,
        "flows": [(name, _title(name)) for name in flows],
        "integrations": sorted({name.partition("/")[0] for name in flows}),
        "page": (above + 1, above + shown),
        "counted": seeking.cut(shown, found.there, found.counted).partition(" of ")[2] if found else "",
        "link": partial(_link, said),
        "next": _link(said, behind=found.behind, above=str(above + shown)) if found and found.behind else "",
        "first": _link(said) if asked.query("behind") else "",
    }


def _link(said: Mapping[str, str], _place: str = PLACE, **otherwise: str) -> str:
    """The address of a list with some of it otherwise."""
    words = {**said, **{name.replace("_", "-"): value for name, value in otherwise.items()}}
    kept = urlencode({name: value for name, value in words.items() if value})
    return f"{_place}?{kept}" if kept else _place


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 8 else 0  # noqa: PLR2004 - digits


def _wanted(asked: Asked, said: Mapping[str, str]) -> Filter:
    return documents.chosen(said, now=dt.datetime.now(zone(asked.request)))


def _title(flow: str) -> str:
    try:
        return registry.flow(flow.rpartition("/")[2]).title
    except ConnectorError:
        return flow


def _export(kind: str, asked: Asked) -> Answer:
    said = {name: asked.query(name).strip() for name in documents.WORDS}
    file = documents_file.made(asked.operator, _wanted(asked, said), kind)
    return Download(name=file.name, media_type=file.media_type, content=file.content)


def _make(asked: Asked) -> Answer:
    """A workbook is there as a whole or not at all: of many documents nobody waits for it."""
    said = {name: asked.field(name).strip() for name in documents.WORDS}
    job = documents_file.begin(asked.operator, _wanted(asked, said), "xlsx", place=_link(said))
    return Onward(place=f"/jobs/{job}")
