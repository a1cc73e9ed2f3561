"""Versions of one document: what a newer one does to those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.record import State
from connector.store.audit import trail
from connector.store.postgres.text import storable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from connector.domain.record import Claim
    from connector.store.postgres.transaction import Transaction

_OLDER_DEAD = sa.text("""
SELECT r.id, r.version, r.state, r.audit_head FROM records r
WHERE r.document_id = :document AND r.version < :version AND r.state = 'dead'
ORDER BY r.id FOR UPDATE
""")
_RESOLVE = sa.text("""
UPDATE dead_letters SET resolved_at = now(), resolution = 'a later version was loaded', resolved_by = :actor
WHERE record_id = ANY(CAST(:records AS uuid[])) AND resolved_at IS NULL
""")
_END = sa.text("""
UPDATE records r
SET state = :state, hold = NULL, gate = NULL, waits_for = NULL, waiting_since = NULL, due_at = NULL,
    queued_until = NULL, why = :why, fence = r.fence + 1, audit_head = s.head, updated_at = now(), finished_at = now()
FROM unnest(CAST(:records AS uuid[]), CAST(:heads AS bytea[])) AS s (id, head)
WHERE r.id = s.id
""")


def supersede(tx: Transaction, older: Sequence[Any], *, why: str, actor: str, at: dt.datetime) -> None:
    """A newer version won over these records, read as ``end`` wants them."""
    end(tx, older, state=State.SUPERSEDED, why=why, actor=actor, at=at)


def end(tx: Transaction, ended: Sequence[Any], *, state: State, why: str, actor: str, at: dt.datetime) -> None:
    """End records that nobody holds (rows with id, state, version, audit_head), each with its audit event."""
    events = [
        (
            trail.event(
                str(row.id),
                f"record.{state.value}",
                actor=actor,
                at=at,
                detail={"from": row.state, "to": state.value, "why": why},
            ),
            bytes(row.audit_head),
        )
        for row in ended
    ]
    tx.run(
        _END,
        state=state.value,
        records=[row.id for row in ended],
        heads=[event.hash_after(previous) for event, previous in events],
        why=storable(why),
    )
    trail.insert(tx, events)


def resolve_older(tx: Transaction, claim: Claim, *, actor: str, at: dt.datetime) -> None:
    """A later version was loaded: dead letters of the versions before it are settled by that."""
    older = tx.rows(_OLDER_DEAD, document=claim.document_id, version=claim.version)
    tx.run(_RESOLVE, records=[row.id for row in older], actor=actor)
    supersede(tx, older, why=f"version {claim.version} was loaded", actor=actor, at=at)
