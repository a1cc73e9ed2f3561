"""``/audit``: who did what, when, to what, and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connector.console.serving.answers import Answer, Download, Page
from connector.console.serving.cookies import zone
from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.operations import spreadsheet
from connector.operations.setup import flows
from connector.operations.work import audit_events, dossier, event_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.work.audit_events import Line

PLACE = "/audit"


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_list)
    desk.page(f"{PLACE}.csv")(_csv)
    desk.page(f"{PLACE}.json")(_json)
    desk.page(f"{PLACE}/document/{{record}}")(_file)


def _list(asked: Asked) -> Answer:
    said = _said(asked)
    found, wrong, before = None, "", asked.query("before")
    try:
        found = audit_events.look(asked.operator, _wanted(asked, said), before)
    except ConfigurationError as error:
        wrong = error.message
    return Page(
        template="audit.html",
        title="Audit",
        shows={
            "said": said,
            "found": found,
            "wrong": wrong,
            "chosen": any(value for name, value in said.items() if name != "by"),
            "kinds": event_words.KINDS,
            "flows": [one.full_name for one in flows.list_(asked.operator)],
            "takes": [(called, _link(said, f"{PLACE}.{kind}")) for kind, called in (("csv", "CSV"), ("json", "JSON"))],
            "further": _link(said, before=found.further) if found and found.further else "",
            "newest": _link(said) if before else "",
            "views": [
                ("What people did", _link({}), said["by"] != "all" and not said["what"]),
                ("Who looked at content", _link({"what": "operator.read_payload"}), said["what"] == _LOOKS),
                ("Everything", _link({"by": "all"}), said["by"] == "all"),
            ],
        },
    )


_LOOKS = "operator.read_payload"


def _csv(asked: Asked) -> Answer:
    rows = (audit_events.row(line) for line in audit_events.every(asked.operator, _wanted(asked, _said(asked))))
    lines = spreadsheet.lines(audit_events.COLUMNS, rows)
    return Download(name="audit.csv", media_type="text/csv", content=(line.encode() for line in lines))


def _json(asked: Asked) -> Answer:
    events = audit_events.every(asked.operator, _wanted(asked, _said(asked)))
    return Download(name="audit.json", media_type="application/json", content=_array(events))


def _file(asked: Asked) -> Answer:
    found = dossier.of(asked.operator, asked.path("record"))
    content = dossier.as_json(found)
    return Download(name=f"{asked.path('record')}.json", media_type="application/json", content=[content])


def _array(events: Iterator[Line]) -> Iterator[bytes]:
    yield b"["
    for number, line in enumerate(events):
        one = line.event
        told = {
            "id": one.id,
            "at": one.at.astimezone(dt.UTC),
            "subject": one.subject,
            "name": one.name,
            "what": line.what,
            "actor": one.actor,
            "detail": one.detail,
            "hash": one.hash,
            "previous": one.previous,
        }
        yield (b",\n" if number else b"\n") + canonical.dumps(told)
    yield b"\n]\n"


def _said(asked: Asked) -> dict[str, str]:
    return {name: asked.query(name).strip() for name in audit_events.WORDS}


def _wanted(asked: Asked, said: Mapping[str, str]) -> audit_events.Chosen:
    return audit_events.wanted(asked.operator, said, now=dt.datetime.now(zone(asked.request)))


def _link(said: Mapping[str, str], path: str = PLACE, **more: str) -> str:
    kept = urlencode({name: value for name, value in {**said, **more}.items() if value})
    return f"{path}?{kept}" if kept else path
