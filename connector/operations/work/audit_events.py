"""The audit trail as people look through it: who did what, when, to what, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.errors import ConfigurationError
from connector.operations.setup.flows import require_flow
from connector.operations.work import event_details, event_words, meant, times
from connector.store import operator as ledger
from connector.store.operator.audit_search import Chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.operations.operator import Operator
    from connector.store.operator.audit import AuditEvent

__all__ = ("COLUMNS", "PAGE", "WORDS", "Chosen", "Line", "Listed", "every", "look", "row", "subjects", "wanted")

#: events on a page, and in one go where all are taken away
PAGE, _AT_ONCE = 100, 1_000
#: filters of a list, as an address has them
WORDS = ("about", "by", "who", "what", "flow", "since", "until")
COLUMNS = ("at", "by", "what", "about", "document", "detail", "event", "name", "hash", "previous")
#: who works by itself
_PRODUCT = {"worker": "a worker", "beat": "the clock", "housekeeping": "housekeeping", "login": "a connection"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """An event."""

    event: AuditEvent
    #: who did it, as people call them
    by: str
    person: bool
    what: str
    #: what it is about, and where that is: empty where no page is about it
    about: str
    place: str
    detail: str
    #: what else it names that has a page: what to call it, and where it is
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of events."""

    lines: Sequence[Line]
    #: where the next page begins, as an address has it; empty at the end
    further: str
    looked_back: dt.datetime | None
    #: the record of the document that they are about
    record: UUID | None


def wanted(operator: Operator, said: Mapping[str, str], *, now: dt.datetime) -> Chosen:
    """Read filters as an address has them; raises ConfigurationError for what nobody can mean."""
    since = times.read(said["since"], now=now) if said["since"] else None
    until = times.read(said["until"], now=now) if said["until"] else None
    flow = None
    if said["flow"]:
        with operator.transaction() as tx:
            row = require_flow(tx, said["flow"])
        flow = (row.full_name, row.id)
    return Chosen(
        subjects=subjects(operator, said["about"]) if said["about"] else (),
        people=said["by"] != "all",
        who=said["who"].strip(),
        name=said["what"],
        flow=flow,
        since=since,
        until=until,
    )


def subjects(operator: Operator, about: str) -> list[str]:
    """What the trail calls what is meant: ``kind:name``, a record, or each version of a document."""
    if ":" in about:
        return [about.strip()]
    return [str(one) for one in meant.versions(operator, about)]


def look(operator: Operator, chosen: Chosen, before: str = "") -> Listed:
    """The newest events before a place; raises ConfigurationError for a place that is none."""
    with operator.transaction() as tx:
        found = ledger.audit_search.page(tx, chosen, before=_place(before), most=PAGE)
        numbers = ledger.audit_search.numbers(tx, _records(found.events))
    return Listed(
        lines=[_line(event, numbers) for event in found.events],
        further="" if found.further is None else f"{found.further[0].isoformat()}_{found.further[1]}",
        looked_back=found.looked_back,
        record=_record(chosen.subjects[0]) if chosen.subjects else None,
    )


def every(operator: Operator, chosen: Chosen) -> Iterator[Line]:
    """All of them, the newest first; no transaction stays open while somebody reads them."""
    before = None
    # what is written meanwhile is not among them
    bounded = chosen if chosen.until else replace(chosen, until=dt.datetime.now(dt.UTC))
    while True:
        with operator.transaction() as tx:
            found = ledger.audit_search.page(tx, bounded, before=before, most=_AT_ONCE)
            numbers = ledger.audit_search.numbers(tx, _records(found.events))
        yield from (_line(event, numbers) for event in found.events)
        if found.further is None:
            return
        before = found.further


def row(line: Line) -> Sequence[object]:
    """An event as a row of a table (``COLUMNS``)."""
    one = line.event
    number = line.about if _document(one) else ""
    return (one.at, one.actor, line.what, one.subject, number, line.detail, one.id, one.name, one.hash, one.previous)


def _line(event: AuditEvent, numbers: Mapping[str, str]) -> Line:
    kind, _, name = event.actor.partition(":")
    about, place = _about(event, numbers)
    return Line(
        event=event,
        by=name if kind == "operator" else _PRODUCT.get(kind, kind),
        person=kind == "operator",
        what=event_words.words(event.name),
        about=about,
        place=place,
        detail=event_details.told(event.name, event.detail),
        links=[one for one in event_details.links(event.detail) if one[1] != place],
    )


def _about(event: AuditEvent, numbers: Mapping[str, str]) -> tuple[str, str]:
    """What an event is about, and the page of it."""
    kind, _, name = event.subject.partition(":")
    if one := _document(event):
        return numbers.get(str(one)) or f"document {str(one)[-12:]}", f"/documents/{one}"
    if kind == "period":
        flow, _, days = name.rpartition("/")
        return f"{flow}, {days}", f"/reconciliation/{flow}?period={days}"
    if kind == "dead":
        return "dead letters", "/work"
    if kind == "crosswalk":
        return f"codes {name}", f"/codes/{name.replace('/', '/tables/', 1)}"
    page = {"flow": "/flows", "connection": "/connections", "job": "/jobs", "message": "/messages"}.get(kind)
    called = name if kind in {"flow", "connection"} else f"{kind.replace('-', ' ')} {name}"
    return called, f"{page}/{name}" if page else ""


def _records(events: Sequence[AuditEvent]) -> list[UUID]:
    return [one for event in events if (one := _document(event))]


def _document(event: AuditEvent) -> UUID | None:
    """The record that an event is about: the one that somebody looked at, else its subject."""
    looked_at = event.detail.get("record") if event.name == "operator.read_payload" else None
    return _record(str(looked_at)) if looked_at else _record(event.subject)


def _record(subject: str) -> UUID | None:
    try:
        return None if ":" in subject else UUID(subject)
    except ValueError:
        return None


def _place(text: str) -> tuple[dt.datetime, int] | None:
    if not text:
        return None
    at, _, number = text.partition("_")
    try:
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is not None:
            return moment, int(number)
    except ValueError:
        pass
    raise ConfigurationError("There is no such page of the audit trail: its address was changed.")
