"""Make the tables of the work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("only_key", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_limit", sa.Integer(), nullable=True),
        sa.Column("position", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("leased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warning", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("reason IN ('schedule', 'manual', 'demand')", name=op.f("ck_runs_reason")),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_runs_status")),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name=op.f("fk_runs_flow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("flow_id", "slot", name=op.f("uq_runs_flow_id_slot")),
    )
    op.create_index(
        "ix_runs_due", "runs", ["flow_id", "due_at"], unique=False, postgresql_where=sa.text("status = 'queued'")
    )
    op.create_index(
        "ix_runs_finished",
        "runs",
        ["flow_id", "finished_at"],
        unique=False,
        postgresql_where=sa.text("status = 'done' AND only_key IS NULL"),
    )
    op.create_index("ix_runs_flow_id_created_at", "runs", ["flow_id", "created_at"], unique=False)
    op.create_index(
        "ix_runs_lease_owner",
        "runs",
        ["lease_owner"],
        unique=False,
        postgresql_where=sa.text("lease_owner IS NOT NULL"),
    )
    op.create_index(
        "ix_runs_only_key",
        "runs",
        ["flow_id", "only_key", "created_at"],
        unique=False,
        postgresql_where=sa.text("only_key IS NOT NULL"),
    )
    op.create_index(
        "uq_runs_open_key",
        "runs",
        ["flow_id", "only_key"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'running') AND only_key IS NOT NULL"),
    )
    op.create_index(
        "uq_runs_running",
        "runs",
        ["flow_id"],
        unique=True,
        postgresql_where=sa.text("status = 'running' AND only_key IS NULL"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("target_key", sa.Text(), nullable=True),
        sa.Column("loaded_version", sa.Integer(), nullable=True),
        sa.Column("loaded_fingerprint", sa.Text(), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name=op.f("fk_documents_flow_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("flow_id", "source_key", name=op.f("uq_documents_flow_id_source_key")),
    )
    op.create_index(
        "uq_documents_target_key",
        "documents",
        ["flow_id", "target_key"],
        unique=True,
        postgresql_where=sa.text("target_key IS NOT NULL"),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("integration_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="extracted", nullable=False),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("waits_for", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("leased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("source_payload", postgresql.BYTEA(), nullable=True),
        sa.Column("target_payload", postgresql.BYTEA(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column(
            "result", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("audit_head", postgresql.BYTEA(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "hold IN ('retry', 'gate', 'park', 'version', 'connection', 'source')", name=op.f("ck_records_hold")
        ),
        sa.CheckConstraint(
            "state IN ('extracted', 'mapped', 'loaded', 'done', "
            "'rejected', 'dead', 'superseded', 'cancelled', 'skipped')",
            name=op.f("ck_records_state"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_records_document_id")),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name=op.f("fk_records_flow_id")),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f("fk_records_integration_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_records_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("document_id", "version", name=op.f("uq_records_document_id_version")),
    )
    op.create_index(
        "ix_records_due",
        "records",
        ["flow_id", "state", "due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('extracted', 'mapped', 'loaded')"),
    )
    op.create_index("ix_records_flow_id_state_id", "records", ["flow_id", "state", "id"], unique=False)
    op.create_index(
        "ix_records_held_version",
        "records",
        ["document_id"],
        unique=False,
        postgresql_where=sa.text("hold = 'version'"),
    )
    op.create_index(
        "ix_records_lease_owner",
        "records",
        ["lease_owner"],
        unique=False,
        postgresql_where=sa.text("lease_owner IS NOT NULL"),
    )
    op.create_index(
        "ix_records_queued",
        "records",
        ["flow_id", "queued_until"],
        unique=False,
        postgresql_where=sa.text("queued_until IS NOT NULL"),
    )
    op.create_index("ix_records_run_id", "records", ["run_id"], unique=False)
    op.create_index(
        "ix_records_waits_for",
        "records",
        ["waits_for"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_attempts_document_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_attempts_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_attempts_document_id_number")),
    )
    op.create_index(op.f("ix_attempts_record_id"), "attempts", ["record_id"], unique=False)
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name=op.f("fk_dead_letters_flow_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_dead_letters_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
    )
    op.create_index(
        "ix_dead_letters_open",
        "dead_letters",
        ["flow_id", "code"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index(op.f("ix_dead_letters_record_id"), "dead_letters", ["record_id"], unique=False)
    op.create_index(
        "uq_dead_letters_open",
        "dead_letters",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("busy_with", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("workers")
    op.drop_table("dead_letters")
    op.drop_table("attempts")
    op.drop_table("records")
    op.drop_table("documents")
    op.drop_table("runs")
