"""Make room for what authenticates links, let workers say that they write it, and find changes that were sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from connector.store.migrations import indexes

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    # first, because what comes before it is kept when it is interrupted
    indexes.create_on_partitions(
        "ix_audit_events_revised", "audit_events", ["subject", "id"], "detail ? 'revision'", short="revised"
    )
    op.add_column("documents", sa.Column("bound", postgresql.BYTEA(), nullable=True))
    op.add_column("workers", sa.Column("binds", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    indexes.create("ix_documents_unbound", "documents", ["id"], "target_id IS NOT NULL AND bound IS NULL")
    indexes.create(
        "ix_records_facts_unbound", "records", ["id"], "(result -> 'facts') <> '{}' AND NOT result ? 'bound'"
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_records_facts_unbound", table_name="records")
    op.drop_index("ix_audit_events_revised", table_name="audit_events")
    op.drop_index("ix_documents_unbound", table_name="documents")
    op.drop_column("workers", "binds")
    op.drop_column("documents", "bound")
