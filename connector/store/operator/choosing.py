"""Records that somebody means: by how their id begins, or because they need somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.operator.records import SELECT, Record
from connector.store.schema.conditions import UNDER_WAY

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


def between(tx: OperatorTransaction, low: UUID, high: UUID, *, most: int) -> list[Record]:
    """Records whose id lies between these two, the newest first."""
    rows = tx.mappings(
        f"{SELECT} WHERE r.id BETWEEN :low AND :high ORDER BY r.id DESC LIMIT :most",
        low=low,
        high=high,
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
