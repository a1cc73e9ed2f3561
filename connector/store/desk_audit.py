"""The audit trail as operators write and read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB

from connector.domain import canonical
from connector.domain.audit import GENESIS, Event

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.store.desk import Transaction

_PAGE = 1000

_INSERT = sa.text("""
    INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
    SELECT * FROM unnest(:subjects, :names, :actors, :ats, :details, :hashes, :previous)
""").bindparams(
    sa.bindparam("subjects", type_=ARRAY(sa.Text)),
    sa.bindparam("names", type_=ARRAY(sa.Text)),
    sa.bindparam("actors", type_=ARRAY(sa.Text)),
    sa.bindparam("ats", type_=ARRAY(sa.DateTime(timezone=True))),
    sa.bindparam("details", type_=ARRAY(JSONB)),
    sa.bindparam("hashes", type_=ARRAY(BYTEA)),
    sa.bindparam("previous", type_=ARRAY(BYTEA)),
)


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One event as it stands in the trail."""

    id: int
    subject: str
    name: str
    actor: str
    at: dt.datetime
    detail: Mapping[str, Any]
    hash: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class Chained:
    """A record about to get an event: its id and the hash of its newest one. Its row is locked."""

    record_id: UUID
    audit_head: bytes


def note(tx: Transaction, subject: str, name: str, detail: Mapping[str, Any] | None = None) -> None:
    """Write what the operator did to something that is not a record (``connection:acme-qad``)."""
    tx.run("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))", {"subject": subject})
    newest = tx.one(
        "SELECT hash FROM audit_events WHERE subject = :subject ORDER BY id DESC LIMIT 1", {"subject": subject}
    )
    event = Event(subject=subject, name=name, actor=tx.actor, at=tx.now, detail=_stored(detail))
    _insert(tx, [(event, GENESIS if newest is None else bytes(newest["hash"]))])


def note_records(
    tx: Transaction, records: Sequence[Chained], name: str, detail: Mapping[str, Any] | None = None
) -> dict[UUID, bytes]:
    """Write what the operator did to records; returns their new heads, which the caller stores with the change."""
    events = [
        (Event(subject=str(r.record_id), name=name, actor=tx.actor, at=tx.now, detail=_stored(detail)), r.audit_head)
        for r in records
    ]
    _insert(tx, events)
    return {
        record.record_id: event.hash_after(previous) for record, (event, previous) in zip(records, events, strict=True)
    }


def _stored(detail: Mapping[str, Any] | None) -> dict[str, Any]:
    """The detail as it is read back from the database, so that it hashes the same then."""
    plain: dict[str, Any] = canonical.loads(canonical.dumps(detail or {}))
    return plain


def _insert(tx: Transaction, events: Sequence[tuple[Event, bytes]]) -> None:
    if not events:
        return
    tx.connection.execute(
        _INSERT,
        {
            "subjects": [event.subject for event, _ in events],
            "names": [event.name for event, _ in events],
            "actors": [event.actor for event, _ in events],
            "ats": [event.at for event, _ in events],
            "details": [event.detail for event, _ in events],
            "hashes": [event.hash_after(previous) for event, previous in events],
            "previous": [previous for _, previous in events],
        },
    )


def history(tx: Transaction, subject: str) -> list[AuditEvent]:
    """Everything that happened to a subject, oldest first."""
    return [_event(row) for row in tx.rows("SELECT * FROM audit_events WHERE subject = :s ORDER BY id", {"s": subject})]


def walk(tx: Transaction, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
    """Every event of a period in order of writing, read in pages so that any number fits."""
    after = 0
    while True:
        page = tx.rows(
            """
            SELECT * FROM audit_events
             WHERE id > :after AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
               AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
             ORDER BY id LIMIT :most
            """,
            {"after": after, "since": since, "until": until, "most": _PAGE},
        )
        yield from map(_event, page)
        if len(page) < _PAGE:
            return
        after = page[-1]["id"]


def _event(row: Mapping[str, Any]) -> AuditEvent:
    return AuditEvent(
        id=row["id"],
        subject=row["subject"],
        name=row["name"],
        actor=row["actor"],
        at=row["at"],
        detail=row["detail"],
        hash=bytes(row["hash"]).hex(),
        previous=bytes(row["previous"]).hex(),
    )
