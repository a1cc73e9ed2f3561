"""Integrations as operators keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import UnknownName

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Integration:
    """A pair of connections, and how many of its flows are switched on."""

    id: UUID
    name: str
    kind: str
    #: names of the connections
    source: str
    target: str
    flows: int
    enabled: int
    created_at: dt.datetime


_SELECT = """
    SELECT i.id, i.name, i.kind, s.name AS source, t.name AS target, i.created_at,
           (SELECT count(*) FROM flows f WHERE f.integration_id = i.id) AS flows,
           (SELECT count(*) FROM flows f WHERE f.integration_id = i.id AND f.enabled) AS enabled
      FROM integrations i
      JOIN connections s ON s.id = i.source_connection_id
      JOIN connections t ON t.id = i.target_connection_id
"""


def list_(tx: OperatorTransaction) -> list[Integration]:
    """All of them, by name."""
    return [Integration(**row) for row in tx.mappings(f"{_SELECT} WHERE i.removed_at IS NULL ORDER BY i.name")]


def find(tx: OperatorTransaction, name: str) -> Integration | None:
    """The integration of this name, or None."""
    row = tx.mapping(f"{_SELECT} WHERE i.name = :name AND i.removed_at IS NULL", name=name)
    return None if row is None else Integration(**row)


def removed_at(tx: OperatorTransaction, name: str) -> dt.datetime | None:
    """When the integration of this name was removed; None where there is none that was."""
    row = tx.mapping("SELECT removed_at FROM integrations WHERE name = :name", name=name)
    return None if row is None else row["removed_at"]


def named(tx: OperatorTransaction, name: str) -> Integration:
    """The integration of this name; raises UnknownName."""
    found = find(tx, name)
    if found is None:
        raise UnknownName.among(
            "integration",
            name,
            [row["name"] for row in tx.mappings("SELECT name FROM integrations WHERE removed_at IS NULL")],
        )
    return found


def kinds_using(tx: OperatorTransaction, connection: str) -> list[str]:
    """The kinds of integration that use a connection."""
    rows = tx.mappings(
        """
        SELECT DISTINCT i.kind FROM integrations i
        JOIN connections c ON c.id IN (i.source_connection_id, i.target_connection_id)
        WHERE c.name = :name ORDER BY i.kind
        """,
        name=connection,
    )
    return [row["kind"] for row in rows]


def flows_enabled(tx: OperatorTransaction, connection: str) -> list[str]:
    """The flows that are switched on in any integration that uses a connection."""
    rows = tx.mappings(
        """
        SELECT DISTINCT f.name FROM flows f
        JOIN integrations i ON i.id = f.integration_id
        JOIN connections c ON c.id IN (i.source_connection_id, i.target_connection_id)
        WHERE f.enabled AND c.name = :name ORDER BY f.name
        """,
        name=connection,
    )
    return [row["name"] for row in rows]


def insert(
    tx: OperatorTransaction, *, integration_id: UUID, name: str, kind: str, source_id: UUID, target_id: UUID
) -> None:
    """Add an integration."""
    tx.run(
        """
        INSERT INTO integrations (id, name, kind, source_connection_id, target_connection_id)
        VALUES (:id, :name, :kind, :source, :target)
        """,
        id=integration_id,
        name=name,
        kind=kind,
        source=source_id,
        target=target_id,
    )
