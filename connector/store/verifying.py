"""``audit verify``: every event still says what was written, none is missing, none was invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.audit import GENESIS, Event
from connector.store import seals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.transaction import Transaction

_ONE_MOMENT = sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_EVENTS = sa.text("""
SELECT id, subject, name, actor, at, detail, hash, previous FROM audit_events ORDER BY subject, id
""")
_HEADS = sa.text("""
SELECT r.id, r.source_key, e.id AS event, e.hash IS NULL AS silent
FROM records r
LEFT JOIN LATERAL (
    SELECT a.id, a.hash FROM audit_events a WHERE a.subject = CAST(r.id AS text) ORDER BY a.id DESC LIMIT 1) e ON true
WHERE e.hash IS DISTINCT FROM r.audit_head
ORDER BY r.id
""")
_STRANGERS = sa.text("""
SELECT a.subject, min(a.id) AS event, count(*) AS events FROM audit_events a
WHERE a.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  AND NOT EXISTS (SELECT FROM records r WHERE CAST(r.id AS text) = a.subject)
GROUP BY a.subject ORDER BY a.subject
""")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it was written."""

    #: record id, ``kind:name``, or ``seal:<id>``
    subject: str
    #: the event's id, when one event is to blame
    event: int | None
    problem: str


def verify(tx: Transaction) -> list[Finding]:
    """Check chains, heads and seals at one moment in time; an empty list means the trail is whole.

    Reads every event once: about 30 seconds for a million. ``tx`` must be new: it becomes read-only.
    """
    tx.run(_ONE_MOMENT)
    tx.take_time(None)
    return [*_chains(tx), *_heads(tx), *_strangers(tx), *_seals(tx)]


def _chains(tx: Transaction) -> Iterator[Finding]:
    subject, head = "", GENESIS
    for row in tx.stream(_EVENTS):
        if row.subject != subject:
            subject, head = row.subject, GENESIS
        if bytes(row.previous) != head:
            yield Finding(
                subject=subject, event=row.id, problem="the event before this one is missing, altered or was invented"
            )
        if _hash(row) != bytes(row.hash):
            yield Finding(subject=subject, event=row.id, problem=f"this event ({row.name}) was altered")
        head = bytes(row.hash)


def _hash(row: sa.Row[Any]) -> bytes:
    event = Event(subject=row.subject, name=row.name, actor=row.actor, at=row.at, detail=row.detail)
    return event.hash_after(bytes(row.previous))


def _heads(tx: Transaction) -> Iterator[Finding]:
    for row in tx.rows(_HEADS):
        problem = (
            "all events of this record are missing"
            if row.silent
            else "this is not the newest event the record knows of: one is missing after it, or it was invented"
        )
        yield Finding(subject=str(row.id), event=row.event, problem=problem)


def _strangers(tx: Transaction) -> Iterator[Finding]:
    for row in tx.rows(_STRANGERS):
        problem = f"{row.events} events tell of a record that does not exist: it was removed, or they were invented"
        yield Finding(subject=row.subject, event=row.event, problem=problem)


def _seals(tx: Transaction) -> Iterator[Finding]:
    for broken in seals.broken(tx):
        yield Finding(subject=f"seal:{broken.seal}", event=None, problem=broken.problem)
