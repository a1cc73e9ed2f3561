"""Find by an index what is looked for every few seconds and by operators, however much has been done."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNDER_WAY = "state IN ('extracted', 'mapped', 'loaded')"
_WAITING = f"waits_for IS NOT NULL AND {_UNDER_WAY}"
_ARRIVED = "finished_at IS NOT NULL AND state <> 'superseded'"
_KEY_ID = "(substr(substr({0}, 1, 34), 1, 2 + get_byte(substr({0}, 1, 34), 1)))"
_INDEXES = (
    ("ix_records_reread", "records", ["flow_id", "due_at"], "reread AND state = 'extracted'"),
    ("ix_records_begun_at", "records", ["flow_id", "begun_at"], _UNDER_WAY),
    ("ix_runs_due_whole", "runs", ["flow_id", "due_at"], "status = 'queued' AND only_key IS NULL"),
    ("ix_records_waiting", "records", ["id"], _WAITING),
    ("ix_records_began_to_wait", "records", ["updated_at"], _WAITING),
    ("ix_records_arrived", "records", ["document_id", "finished_at"], _ARRIVED),
    ("ix_records_held", "records", ["hold", "flow_id", "state", "id"], "hold IS NOT NULL"),
    ("ix_records_under_way", "records", ["document_id", "version"], _UNDER_WAY),
    ("ix_records_dead", "records", ["document_id", "version"], "state = 'dead'"),
    ("ix_records_facts", "records", ["document_id", "version"], "(result -> 'facts') <> '{}'"),
    *(
        (f"ix_records_{payload}_key", "records", [_KEY_ID.format(payload)], f"length({payload}) > 1")
        for payload in ("source_payload", "target_payload")
    ),
    ("ix_documents_mapping_version", "documents", ["flow_id", "mapping_version"], "loaded_version IS NOT NULL"),
    ("ix_runs_whole", "runs", ["flow_id", "created_at"], "only_key IS NULL"),
    ("ix_runs_open", "runs", ["flow_id", "created_at"], "status IN ('queued', 'running')"),
    ("ix_runs_queued", "runs", ["flow_id", "queued_until"], "status = 'queued' AND queued_until IS NOT NULL"),
)


def upgrade() -> None:
    """Expand."""
    for name, table, columns, where in _INDEXES:
        indexes.create(name, table, columns, where)


def downgrade() -> None:
    """Go back."""
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table_name=table)
