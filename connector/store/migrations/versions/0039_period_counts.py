"""Keep where the documents of large periods stand, counted by housekeeping."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from connector.store.migrations import indexes

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "period_counts",
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted", postgresql.JSONB(), nullable=False),
        sa.Column("digests", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("first", "last", name="pk_period_counts"),
    )
    indexes.create("ix_summaries_undated", "summaries", ["record_id"], "date IS NULL")


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_summaries_undated", table_name="summaries")
    op.drop_table("period_counts")
