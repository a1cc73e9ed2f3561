"""The audit trail as operators write and read it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.store.audit import trail
from connector.store.audit.trusted_seals import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.store.audit.verifying import Examined
    from connector.store.operator.transaction import OperatorTransaction

#: what the trail says of its own verification
VERIFYING = "audit:verified"
VERIFIED = "operator.verified"

_PAGE = 1000
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
# By ix_audit_events_at, in the order it has.
PAGE = """
SELECT * FROM audit_events
 WHERE (at, id) > (CAST(:at AS timestamptz), CAST(:id AS bigint)) AND at < CAST(:until AS timestamptz)
 ORDER BY at, id LIMIT :most
"""
_LAST_WHOLE = """
SELECT at, actor, detail FROM audit_events
 WHERE subject = :subject AND name = :name AND detail ? 'seal' ORDER BY id DESC LIMIT 1
"""

_SEALS = """
SELECT id AS number, to_at AS made_at, upto_id AS upto, events, digest, key_id FROM audit_seals
 WHERE CAST(:below AS bigint) IS NULL OR id < :below ORDER BY id DESC LIMIT :most
"""

_WAITING = """
SELECT (SELECT recorded_at FROM audit_events WHERE id > coalesce((SELECT max(upto_id) FROM audit_seals), 0)
         ORDER BY id LIMIT 1) AS since,
       EXISTS (SELECT FROM audit_newest_seal n WHERE NOT EXISTS (
           SELECT FROM audit_seals s WHERE s.id = n.seal AND s.digest = n.digest AND s.mac IS NOT NULL)) AS gone
"""

#: a moment, and the number of an event at that moment
Place = tuple[dt.datetime, int]
#: before every event
BEGINNING: Place = (dt.datetime.min.replace(tzinfo=dt.UTC), 0)


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
class Sealing:
    """A seal as it stands in the trail."""

    number: int
    made_at: dt.datetime
    #: it and the seals before it cover the events up to this one; None of a release that sealed by time
    upto: int | None
    events: int
    #: in hexadecimal digits: what to keep elsewhere
    digest: str
    #: None of a release without a key
    key_id: str | None


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A verification that found the trail whole."""

    at: dt.datetime
    actor: str
    #: the newest seal it saw
    mark: Mark


@dataclass(frozen=True, kw_only=True)
class Chained:
    """A record about to get an event: its id and the hash of its newest one. Its row is locked."""

    record_id: UUID
    audit_head: bytes


def note(tx: OperatorTransaction, subject: str, name: str, detail: Mapping[str, Any] | None = None) -> None:
    """Write what the operator did to something that is not a record (``connection:acme-qad``)."""
    trail.append(tx, trail.event(subject, name, actor=tx.actor, at=tx.now, detail=detail or {}))


def note_records(
    tx: OperatorTransaction, records: Sequence[Chained], name: str, detail: Mapping[str, Any] | None = None
) -> dict[UUID, bytes]:
    """Write what the operator did to records; returns their new heads, which the caller stores with the change."""
    events = [
        (trail.event(str(record.record_id), name, actor=tx.actor, at=tx.now, detail=detail or {}), record.audit_head)
        for record in records
    ]
    trail.insert(tx, events)
    return {
        record.record_id: event.hash_after(previous) for record, (event, previous) in zip(records, events, strict=True)
    }


def history(tx: OperatorTransaction, *subjects: str) -> list[AuditEvent]:
    """Everything that happened to these subjects, oldest first."""
    query = "SELECT * FROM audit_events WHERE subject = ANY(CAST(:subjects AS text[])) ORDER BY id"
    return [event_of(row) for row in tx.mappings(query, subjects=list(subjects))]


def newest(tx: OperatorTransaction, subject: str, *, most: int) -> list[AuditEvent]:
    """What happened to a subject, the newest first."""
    query = "SELECT * FROM audit_events WHERE subject = :subject ORDER BY id DESC LIMIT :most"
    return [event_of(row) for row in tx.mappings(query, subject=subject, most=most)]


def page(tx: OperatorTransaction, *, after: Place, until: dt.datetime | None, most: int = _PAGE) -> list[AuditEvent]:
    """The next events up to a moment in order of their time, those behind a place; none at the end."""
    at, number = after
    rows = tx.mappings(PAGE, at=at, id=number, until=until or _NEVER, most=most)
    return [event_of(row) for row in rows]


def last_verified(tx: OperatorTransaction) -> Verified | None:
    """The last verification that found the trail whole, and sealed; None when there was none."""
    row = tx.mapping(_LAST_WHOLE, subject=VERIFYING, name=VERIFIED)
    if row is None:
        return None
    said = row["detail"]
    mark = Mark(seal=int(said["seal"]), upto=int(said["upto"]), digest=str(said["digest"]))
    return Verified(at=row["at"], actor=row["actor"], mark=mark)


def newest_verification(tx: OperatorTransaction) -> AuditEvent | None:
    """The last verification, whatever it found."""
    row = tx.mapping("SELECT * FROM audit_events WHERE subject = :subject ORDER BY id DESC LIMIT 1", subject=VERIFYING)
    return None if row is None else event_of(row)


def newest_seals(tx: OperatorTransaction, most: int, *, below: int | None = None) -> list[Sealing]:
    """The newest seals, the newest first; where a number is given, of those before it."""
    rows = tx.mappings(_SEALS, most=most, below=below)
    return [Sealing(**{**row, "digest": bytes(row["digest"]).hex()}) for row in rows]


def sealing(tx: OperatorTransaction) -> tuple[dt.datetime | None, bool]:
    """Since when events wait for a seal, and whether the newest seal that was made is gone."""
    row = tx.mapping(_WAITING)
    return (None, False) if row is None else (row["since"], bool(row["gone"]))


def note_verified(tx: OperatorTransaction, examined: Examined) -> None:
    """Write that the trail was verified, and how far it was found whole."""
    mark = examined.mark
    reached = {} if mark is None else {"seal": mark.seal, "upto": mark.upto, "digest": mark.digest}
    counts = {"events": examined.events, "passed_over": examined.passed_over, "findings": len(examined.findings)}
    note(tx, VERIFYING, VERIFIED, {**counts, **reached})


def event_of(row: Mapping[str, Any]) -> AuditEvent:
    """An event of its row."""
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
