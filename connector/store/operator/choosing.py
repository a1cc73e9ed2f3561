"""Records that somebody means: by how their id begins, by what they are called, or because they need somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.reading.search_terms import term
from connector.store.operator.records import SELECT, Record
from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a document among the others."""

    id: UUID
    version: int
    state: str
    created_at: dt.datetime


def called(tx: OperatorTransaction, text: str, *, most: int) -> list[Record]:
    """Records of which this is exactly the number, a reference or the target's id, the newest first; no party's."""
    rows = tx.mappings(
        f"""{SELECT} JOIN search_terms t ON t.record_id = r.id
        WHERE t.term = :term ORDER BY t.record_id DESC LIMIT :most""",
        term=term(text),
        most=most,
    )
    return [Record(**row) for row in rows]


def versions(tx: OperatorTransaction, record_id: UUID, *, most: int) -> list[Version]:
    """The versions of a record's document, itself included, the newest first."""
    rows = tx.mappings(
        """
        SELECT v.id, v.version, v.state, v.created_at FROM all_records v
         WHERE v.document_id = (SELECT r.document_id FROM all_records r WHERE r.id = :id)
         ORDER BY v.version DESC LIMIT :most
        """,
        id=record_id,
        most=most,
    )
    return [Version(**row) for row in rows]


def between(tx: OperatorTransaction, low: UUID, high: UUID, *, most: int) -> list[Record]:
    """Records whose id lies between these two, the newest first."""
    rows = tx.mappings(
        f"{SELECT} WHERE r.id BETWEEN :low AND :high ORDER BY r.id DESC LIMIT :most",
        low=low,
        high=high,
        most=most,
    )
    return [Record(**row) for row in rows]


def waiting_for(tx: OperatorTransaction, integration_id: UUID, subject: str, *, most: int) -> list[Record]:
    """Records of an integration that wait for this until somebody provides it, the newest first."""
    rows = tx.mappings(
        f"""{SELECT} WHERE r.integration_id = :id AND r.hold = 'park' AND r.{UNDER_WAY}
              AND r.waits_for @> ARRAY[CAST(:subject AS text)]
        ORDER BY r.id DESC LIMIT :most""",
        id=integration_id,
        subject=subject,
        most=most,
    )
    return [Record(**row) for row in rows]


def needing_somebody(tx: OperatorTransaction, run_id: UUID, *, most: int) -> list[Record]:
    """Those of a run that ended as dead letters or were rejected, then those that wait for something outside."""
    rows = tx.mappings(
        f"""{SELECT} WHERE r.run_id = :run AND (r.state IN ('dead', 'rejected')
              OR (r.{UNDER_WAY} AND r.hold IN ('gate', 'park', 'connection')))
        ORDER BY r.{UNDER_WAY}, r.state, r.id LIMIT :most""",
        run=run_id,
        most=most,
    )
    return [Record(**row) for row in rows]
