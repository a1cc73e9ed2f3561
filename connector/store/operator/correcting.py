"""A corrected copy of a record's source document: the next version of its document, whose source did not write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.audit import GENESIS
from connector.domain.record import State
from connector.store.operator import audit
from connector.store.operator.audit import Chained
from connector.store.operator.records import LOCKED, Locked, as_locked
from connector.store.work import archive, payloads, versions
from connector.store.work.tried import EVER, MAY_BE_THERE, doubtful

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: what the trail calls it
CORRECTED = "operator.corrected"


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """A record with its document, both locked, and what decides whether it may be corrected."""

    record: Locked
    hold: str | None
    #: its open letter, and what that says
    letter_id: UUID | None
    code: str | None
    #: the natural key that its document has, or may have, in the target; None where the target surely has nothing of it
    target_key: str | None
    #: whether its document's last write has no answer
    in_doubt: bool


_STUCK = sa.text(f"""
SELECT {LOCKED}, r.hold, l.id AS letter_id, l.code,
       CASE WHEN {MAY_BE_THERE.format(document="d", since=EVER)} THEN d.target_key END AS target_key,
       EXISTS {doubtful("d.id")} AS in_doubt
FROM records r JOIN documents d ON d.id = r.document_id
LEFT JOIN dead_letters l ON l.record_id = r.id AND l.resolved_at IS NULL
WHERE r.id = :id FOR UPDATE OF d, r
""")  # noqa: S608  constant parts only
_NEXT = sa.text("""
UPDATE documents d SET version = d.version + 1 FROM records r WHERE r.id = :of AND d.id = r.document_id
""")
# Of no run: nothing has listed it. That the source knows of the document, and since when it waits, is as true of it;
# what did not wait begins to: its source may have taken it back since, and is asked.
_COPY = sa.text(f"""
WITH given AS MATERIALIZED (
    SELECT CAST(:id AS uuid) AS id, now() AS created_at, CAST(:sealed AS bytea) AS sealed
),
kept AS ({payloads.keep(payloads.SOURCE, "given")})
INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, due_at, waiting_since,
                     acknowledged_at, correlation_id, source_payload, audit_head)
SELECT g.id, r.document_id, r.flow_id, r.integration_id, r.source_key, r.version + 1, 'extracted', now(),
       coalesce(r.waiting_since, now()), r.acknowledged_at, r.correlation_id, {payloads.beside("g.sealed")}, :head
FROM given g, records r WHERE r.id = :of
""")  # noqa: S608  constant parts only


def lock(tx: OperatorTransaction, record_id: UUID) -> Stuck | None:
    """Lock a record and its document; None when there is no such record."""
    archive.bring_back_records(tx, [record_id])
    row = tx.mapping(_STUCK, id=record_id)
    if row is None:
        return None
    further: dict[str, Any] = {name: row.pop(name) for name in ("hold", "letter_id", "code", "target_key", "in_doubt")}
    return Stuck(record=as_locked(row), **further)


def copy(tx: OperatorTransaction, of: Locked, new: UUID, sealed: bytes, detail: Mapping[str, Any]) -> None:
    """Write the corrected copy (its new id, sealed for that), and end the record it is of, which is locked."""
    told = {"of": str(of.record_id), "key": of.source_key, "version": of.version + 1, **detail}
    heads = audit.note_records(tx, [Chained(record_id=new, audit_head=GENESIS)], CORRECTED, told)
    tx.run(_NEXT, of=of.record_id)
    tx.run(_COPY, id=new, of=of.record_id, sealed=sealed, head=heads[new])
    versions.end(
        tx,
        [_Ended(id=of.record_id, state=of.state, version=of.version, audit_head=of.audit_head)],
        state=State.SUPERSEDED,
        why=f"a person corrected it: version {of.version + 1} goes on in its place",
        actor=tx.actor,
        at=tx.now,
    )


@dataclass(frozen=True, kw_only=True)
class _Ended:
    """As ``versions.end`` wants them."""

    id: UUID
    state: str
    version: int
    audit_head: bytes
