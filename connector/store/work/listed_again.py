"""What writing about documents takes that have ended and that their source lists again: locks, and an event each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.store.audit import trail
from connector.store.work import archive

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from connector.domain.audit import Event
    from connector.store.postgres.transaction import AnyRow, Transaction

EVENT = "record.listed_again"
_NOW = sa.text("SELECT now()")


def locked(tx: Transaction, lock: sa.TextClause, records: Collection[UUID]) -> Sequence[AnyRow]:
    """Lock these records by this statement, each document before its record as everywhere; returns its rows.

    What was archived comes back, also since somebody looked at it.
    """
    if not records:
        return []
    archive.bring_back_records(tx, list(records))
    return tx.rows(lock, records=list(records))


def events(
    tx: Transaction, rows: Sequence[AnyRow], details: Iterable[Mapping[str, Any]], *, actor: str
) -> list[tuple[Event, bytes]]:
    """An event for each record that was locked, with the head of its chain."""
    at: dt.datetime = tx.value(_NOW)
    return [
        (trail.event(str(row.id), EVENT, actor=actor, at=at, detail=detail), bytes(row.audit_head))
        for row, detail in zip(rows, details, strict=True)
    ]
