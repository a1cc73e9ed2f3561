"""Seal the audit trail by the numbers of its events, and find its events by their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations import indexes

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    # first, because what comes before it is kept when it is interrupted
    indexes.create_on_partitions("ix_audit_events_at", "audit_events", ["at", "id"])
    op.add_column("audit_seals", sa.Column("after_id", sa.BigInteger(), nullable=True))
    op.add_column("audit_seals", sa.Column("upto_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("audit_seals", "upto_id")
    op.drop_column("audit_seals", "after_id")
    op.drop_index("ix_audit_events_at", table_name="audit_events")
