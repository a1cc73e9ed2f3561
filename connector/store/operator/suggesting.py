"""What a missing code may mean: what tables say already, and what has been read of the system that must know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: so many at most from each place
MOST = 500


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """What the same code of the same table is called in another integration."""

    target: str
    integration: str


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of master data that was read."""

    key: str
    #: what people call it; empty where that is not known
    label: str


def targets(tx: OperatorTransaction, integration_id: UUID, table: str) -> list[str]:
    """What the rows of a table say, the most frequent first."""
    rows = tx.mappings(
        """
        SELECT target_code AS target FROM crosswalks WHERE integration_id = :id AND table_name = :table
         GROUP BY target_code ORDER BY count(*) DESC, target_code LIMIT :most
        """,
        id=integration_id,
        table=table,
        most=MOST,
    )
    return [row["target"] for row in rows]


def elsewhere(tx: OperatorTransaction, integration_id: UUID, table: str, code: str) -> list[Elsewhere]:
    """What other integrations of the same kind call the same code."""
    rows = tx.mappings(
        """
        SELECT x.target_code AS target, i.name AS integration FROM integrations me
          JOIN integrations i ON i.kind = me.kind AND i.id <> me.id
          JOIN crosswalks x ON x.integration_id = i.id AND x.table_name = :table AND x.source_code = :code
         WHERE me.id = :id ORDER BY i.name LIMIT :most
        """,
        id=integration_id,
        table=table,
        code=code,
        most=MOST,
    )
    return [Elsewhere(**row) for row in rows]


def looked_for(tx: OperatorTransaction, integration_id: UUID, subject: str) -> list[tuple[str, str]]:
    """What documents that wait for a code wait for beside it: flows of master data, and the keys they look for."""
    rows = tx.mappings(
        """
        SELECT DISTINCT split_part(w, ':', 2) AS flow, substr(w, length('link:' || split_part(w, ':', 2)) + 2) AS key
          FROM (SELECT r.waits_for FROM records r
                 WHERE r.integration_id = :id AND r.hold = 'park' AND r.waits_for @> ARRAY[CAST(:subject AS text)]
                 LIMIT 5) r, unnest(r.waits_for) w
         WHERE w LIKE 'link:%' ORDER BY 1, 2 LIMIT :most
        """,
        id=integration_id,
        subject=subject,
        most=MOST,
    )
    return [(row["flow"], row["key"]) for row in rows]


def read(tx: OperatorTransaction, integration_id: UUID, flow: str, beginnings: Sequence[str]) -> list[Piece]:
    """Master data of a flow that was read, and whose keys begin so; of each beginning the first."""
    found: dict[str, Piece] = {}
    for beginning in beginnings:
        rows = tx.mappings(
            """
            SELECT d.source_key AS key, coalesce(nullif(s.party_name, ''), s.number, '') AS label
              FROM (SELECT d.id, d.source_key, d.version FROM documents d
                      JOIN flows f ON f.id = d.flow_id AND f.integration_id = :id AND f.name = :flow
                     WHERE d.source_key >= :beginning AND d.source_key < :beyond ORDER BY d.source_key LIMIT :most) d
              LEFT JOIN all_records r ON r.document_id = d.id AND r.version = d.version
              LEFT JOIN summaries s ON s.record_id = r.id
             ORDER BY d.source_key
            """,
            id=integration_id,
            flow=flow,
            beginning=beginning,
            beyond=beginning + "\U0010ffff",
            most=MOST,
        )
        found.update({row["key"]: Piece(**row) for row in rows})
    return list(found.values())
