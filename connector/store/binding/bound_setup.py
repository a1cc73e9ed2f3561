"""Connections, flows and crosswalks as they are bound: read with their seals, all at once or one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from connector.store.binding.bindings import EVERYTHING, Binding, crosswalk_id
from connector.store.binding.newest_change import SEALED_KEY, TOLD, Trail
from connector.store.binding.stored_connection import StoredConnection
from connector.store.schema.conditions import ENDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.store.postgres.transaction import AnyRow, Transaction

_CONNECTIONS = f"""
SELECT c.id, c.name, c.system, c.config, c.overrides, c.secrets, c.updated_at,
       {TOLD.format(subject="'connection:' || c.name")} AS told, {SEALED_KEY} AS key
FROM connections c
"""  # noqa: S608  constant parts only
_FLOWS = f"""
SELECT f.id, f.name, f.reversed, f.options, i.name AS integration, i.kind, s.id AS source_id, t.id AS target_id,
       s.name AS source, t.name AS target, b.sealed, {EVERYTHING} AS everything,
       {TOLD.format(subject="'flow:' || i.name || '/' || f.name")} AS told, {SEALED_KEY} AS key
FROM flows f
JOIN integrations i ON i.id = f.integration_id
{ENDS}
LEFT JOIN bindings b ON b.id = f.id
"""  # noqa: S608  constant parts only
_CROSSWALK = sa.text(f"""
SELECT i.name AS integration, b.sealed, {EVERYTHING} AS everything,
       {TOLD.format(subject="'crosswalk:' || i.name || '/' || CAST(:table AS text)")} AS told, {SEALED_KEY} AS key,
       (SELECT coalesce(jsonb_object_agg(x.source_code, x.target_code), '{{}}') FROM crosswalks x
        WHERE x.integration_id = i.id AND x.table_name = :table) AS codes
FROM integrations i LEFT JOIN bindings b ON b.id = :id
WHERE i.id = :integration
""")  # noqa: S608  constant parts only
_TABLES = "SELECT DISTINCT integration_id, table_name FROM crosswalks"
# Tables that had codes once, as the trail tells: it has to be read through.
_EVER = f"""
{_TABLES}
UNION
SELECT i.id, substr(e.subject, length('crosswalk:' || i.name || '/') + 1) FROM integrations i
JOIN audit_events e ON starts_with(e.subject, 'crosswalk:' || i.name || '/')
"""  # noqa: S608  constant parts only


def connection(tx: Transaction, which: str | UUID) -> StoredConnection | None:
    """A connection's row with its newest revision, by its name or its id."""
    column = "id" if isinstance(which, UUID) else "name"
    row = tx.row(sa.text(f"{_CONNECTIONS} WHERE c.{column} = :which"), which=which)
    return None if row is None else _stored(row)


def connections(tx: Transaction) -> list[StoredConnection]:
    """All of them, by name."""
    return [_stored(row) for row in tx.rows(sa.text(f"{_CONNECTIONS} ORDER BY c.name"))]


def _stored(row: AnyRow) -> StoredConnection:
    return StoredConnection(
        id=row.id,
        name=row.name,
        system=row.system,
        config=row.config,
        overrides=row.overrides,
        secrets=bytes(row.secrets),
        updated_at=row.updated_at,
        trail=_trail(f"connection:{row.name}", row),
    )


def _trail(subject: str, row: AnyRow) -> Trail:
    key = None if row.key is None else bytes(row.key)
    return Trail(subject=subject, revisions=[(revision, vouch) for revision, vouch in row.told or ()], key=key)


def flow(tx: Transaction, flow_id: UUID) -> Binding | None:
    """A flow with its options, and the connections of its integration."""
    row = tx.row(sa.text(f"{_FLOWS} WHERE f.id = :id"), id=flow_id)
    return None if row is None else _flow(row)


def flows(tx: Transaction) -> list[Binding]:
    """All of them."""
    return [_flow(row) for row in tx.rows(sa.text(f"{_FLOWS} ORDER BY i.name, f.id"))]


def _flow(row: AnyRow) -> Binding:
    content: Mapping[str, Any] = {
        "integration": row.integration,
        "kind": row.kind,
        "name": row.name,
        "reversed": row.reversed,
        "source": [row.source_id, row.source],
        "target": [row.target_id, row.target],
        "options": row.options,
    }
    subject = f"flow:{row.integration}/{row.name}"
    return Binding(
        subject=subject,
        id=row.id,
        content=content,
        sealed=None if row.sealed is None else bytes(row.sealed),
        trail=_trail(subject, row),
        everything=row.everything,
    )


def crosswalk(tx: Transaction, integration_id: UUID, table: str) -> Binding | None:
    """A table of codes; its content is the codes. None when there is no such integration."""
    bound = crosswalk_id(integration_id, table)
    row = tx.row(_CROSSWALK, integration=integration_id, table=table, id=bound)
    if row is None:
        return None
    subject = f"crosswalk:{row.integration}/{table}"
    return Binding(
        subject=subject,
        id=bound,
        content=row.codes,
        sealed=None if row.sealed is None else bytes(row.sealed),
        trail=_trail(subject, row),
        everything=row.everything and bool(row.codes),
    )


def crosswalks(tx: Transaction, *, ever: bool = False) -> list[Binding]:
    """All tables of all integrations; with ``ever`` those as well that have no code any more."""
    tables = tx.rows(sa.text(f"{_EVER if ever else _TABLES} ORDER BY 1, 2"))
    found = [crosswalk(tx, row.integration_id, row.table_name) for row in tables]
    return [one for one in found if one is not None]
