"""Finding events in the audit trail, the newest first, in a bounded number of rows however many there are.

What no index chooses is chosen among so many of the newest events at a time; where fewer fit, the place is told where
the next look begins.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.operator.audit import AuditEvent, Place, event_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: events that one page looks through; fewer where each is looked up among the documents of a flow
LOOKED_AT, OF_FLOW = 20_000, 5_000
_END = dt.datetime.max.replace(tzinfo=dt.UTC)
_START = dt.datetime.min.replace(tzinfo=dt.UTC)
# The same condition as that of ix_audit_events_people.
_PEOPLE = "AND e.actor LIKE 'operator:%'"
_NEWEST = """
SELECT {columns} FROM audit_events e
 WHERE (e.at, e.id) < (CAST(:at AS timestamptz), CAST(:id AS bigint)) AND e.at >= CAST(:since AS timestamptz) {only}
 ORDER BY e.at DESC, e.id DESC
"""
_FITS = """
 WHERE (:who = '' OR e.actor = :actor OR e.actor LIKE :actors) AND (:name = '' OR e.name = :name)
"""
_OF_FLOW = """
   AND (e.subject IN ('flow:' || :flow, 'drift:' || :flow) OR e.subject LIKE :periods OR EXISTS (
       SELECT FROM all_records r WHERE r.flow_id = :flow_id AND r.id = CASE
           WHEN e.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN CAST(e.subject AS uuid) END))
"""
# Whoever looked at the content of a document stands under their own name.
_ABOUT = f"""
SELECT e.* FROM (
    SELECT * FROM audit_events WHERE subject = ANY(CAST(:subjects AS text[]))
    UNION ALL
    SELECT o.* FROM audit_heads h JOIN audit_events o ON o.subject = h.subject
     WHERE h.subject LIKE 'operator:%' AND o.name = 'operator.read_payload' AND o.detail ->> 'record' = ANY(:subjects)
) e {_FITS} AND (e.at, e.id) < (CAST(:at AS timestamptz), CAST(:id AS bigint)) AND e.at >= CAST(:since AS timestamptz)
 ORDER BY e.at DESC, e.id DESC LIMIT :most
"""  # noqa: S608  constant parts only
_NUMBERS = """
SELECT CAST(s.record_id AS text) AS id, s.number FROM summaries s WHERE s.record_id = ANY(:ids)
"""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which events; what is empty does not choose."""

    #: about these and nothing else: a record's id, or ``kind:name``
    subjects: Sequence[str] = ()
    #: what people did, and not the product by itself
    people: bool = False
    #: a person's name
    who: str = ""
    name: str = ""
    #: a flow and its documents: full name and id
    flow: tuple[str, UUID] | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of them."""

    events: Sequence[AuditEvent]
    #: where the next page begins; None at the end
    further: Place | None
    #: how far back this page looked, where it ended before it was full
    looked_back: dt.datetime | None


def page(tx: OperatorTransaction, wanted: Chosen, *, before: Place | None, most: int) -> Found:
    """The newest events before a place."""
    at, number = before or (wanted.until or _END, 0)
    given = {
        "at": at,
        "id": number,
        "since": wanted.since or _START,
        "who": wanted.who,
        "actor": f"operator:{wanted.who}",
        "actors": f"operator:{_literally(wanted.who)} (%",
        "name": wanted.name,
    }
    if wanted.subjects:
        rows = tx.mappings(_ABOUT, **given, subjects=list(wanted.subjects), most=most + 1)
        return _found([event_of(row) for row in rows], most)
    only = _PEOPLE if wanted.people or wanted.who else ""
    looked_at = OF_FLOW if wanted.flow else LOOKED_AT
    newest = _NEWEST.format(columns="e.*", only=only)
    more = _OF_FLOW if wanted.flow else ""
    if wanted.flow:
        full_name, flow_id = wanted.flow
        given |= {"flow": full_name, "flow_id": flow_id, "periods": f"period:{_literally(full_name)}/%"}
    rows = tx.mappings(
        f"SELECT e.* FROM ({newest} LIMIT :looked_at) e {_FITS} {more} ORDER BY e.at DESC, e.id DESC LIMIT :most",  # noqa: S608  ours
        **given,
        looked_at=looked_at,
        most=most + 1,
    )
    found = _found([event_of(row) for row in rows], most)
    if found.further is not None:
        return found
    last = tx.mapping(
        f"{_NEWEST.format(columns='e.at, e.id', only=only)} OFFSET :skipped LIMIT 1",
        at=at,
        id=number,
        since=given["since"],
        skipped=looked_at - 1,
    )
    if last is None:
        return found
    return Found(events=found.events, further=(last["at"], last["id"]), looked_back=last["at"])


def numbers(tx: OperatorTransaction, records: Sequence[UUID]) -> dict[str, str]:
    """What these records are called, by their ids."""
    return {row["id"]: row["number"] for row in tx.mappings(_NUMBERS, ids=list(records))} if records else {}


def _found(events: Sequence[AuditEvent], most: int) -> Found:
    shown = events[:most]
    further = (shown[-1].at, shown[-1].id) if len(events) > most else None
    return Found(events=shown, further=further, looked_back=None)


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
