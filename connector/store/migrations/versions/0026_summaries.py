"""Keep what documents are called beside their records, and what they are found by.

Records that are there have neither until `ml-connector db fill-summaries` has opened their documents.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from connector.store.migrations import indexes

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    # first, because what comes before an index that is built beside the work is kept when that is interrupted
    indexes.create("ix_records_rejected", "records", ["finished_at"], "state = 'rejected'")
    op.create_table(
        "summaries",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), server_default="", nullable=False),
        sa.Column("party_name", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Date()),
        sa.Column("amount", sa.Numeric()),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("elsewhere", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_summaries"),
    )
    op.create_index(
        "ix_summaries_amount",
        "summaries",
        [sa.text("abs(amount)"), "record_id"],
        postgresql_where=sa.text("amount IS NOT NULL"),
    )
    op.create_table(
        "search_terms",
        sa.Column("term", sa.Text(collation="C"), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
    )
    op.create_index("uq_search_terms", "search_terms", ["term", sa.text("record_id DESC")], unique=True)


def downgrade() -> None:
    """Go back."""
    op.drop_table("search_terms")
    op.drop_table("summaries")
    op.drop_index("ix_records_rejected", table_name="records")
