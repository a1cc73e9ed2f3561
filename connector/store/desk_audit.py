"""The audit trail as operators write and read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.store import audit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.store.desk import Transaction

_PAGE = 1000


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
    audit.append(tx.ledger, audit.event(subject, name, actor=tx.actor, at=tx.now, detail=detail or {}))


def note_records(
    tx: Transaction, records: Sequence[Chained], name: str, detail: Mapping[str, Any] | None = None
) -> dict[UUID, bytes]:
    """Write what the operator did to records; returns their new heads, which the caller stores with the change."""
    events = [
        (audit.event(str(record.record_id), name, actor=tx.actor, at=tx.now, detail=detail or {}), record.audit_head)
        for record in records
    ]
    audit.insert(tx.ledger, events)
    return {
        record.record_id: event.hash_after(previous) for record, (event, previous) in zip(records, events, strict=True)
    }


def history(tx: Transaction, subject: str) -> list[AuditEvent]:
    """Everything that happened to a subject, oldest first."""
    return [_event(row) for row in tx.rows("SELECT * FROM audit_events WHERE subject = :s ORDER BY id", {"s": subject})]


def page(tx: Transaction, *, after: int, since: dt.datetime | None, until: dt.datetime | None) -> list[AuditEvent]:
    """The next events of a period in order of writing, those behind the id ``after``; none at the end."""
    rows = tx.rows(
        """
        SELECT * FROM audit_events
         WHERE id > :after AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
           AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
         ORDER BY id LIMIT :most
        """,
        {"after": after, "since": since, "until": until, "most": _PAGE},
    )
    return [_event(row) for row in rows]


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
