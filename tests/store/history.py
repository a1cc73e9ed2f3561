"""Much history, and what a statement costs in spite of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from tests.store.scene import Scene

HISTORY = 20_000


def lived_long(scene: Scene) -> Scene:
    """Many ended records, and a few that are due."""
    scene.change(
        "INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id) "
        "SELECT gen_random_uuid(), :flow, 'OLD-' || n, 1, 'x', 'T' FROM generate_series(1, :history) n",
        flow=scene.invoices,
        history=HISTORY,
    )
    scene.change(
        "INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, correlation_id, "
        "audit_head, finished_at) "
        "SELECT gen_random_uuid(), d.id, d.flow_id, :integration, d.source_key, 1, 'done', 'c', decode('00', 'hex'), "
        "now() FROM documents d",
        integration=scene.integration_id,
    )
    scene.change(
        "INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, answered_at, answer, "
        "actor) SELECT gen_random_uuid(), r.id, r.document_id, 1, r.source_key, 'x', now(), now(), 'accepted', 'w' "
        "FROM records r"
    )
    scene.read(*((f"INV-{number}", "one") for number in range(5)))
    scene.change("UPDATE records SET queued_until = NULL WHERE queued_until IS NOT NULL")
    with scene.ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    return scene


def buffers(scene: Scene, statement: sa.TextClause, **values: object) -> int:
    """Pages the statement touches: what it costs whatever the machine."""
    with scene.ledger.engine.connect() as connection:
        told = connection.execute(
            sa.text(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) {statement.text}"),
            values,
        ).scalar_one()
        connection.rollback()
    plan = told[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
