"""Find the documents of a period by their dates."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_summaries_date", "summaries"


def upgrade() -> None:
    """Expand."""
    indexes.create(_INDEX, _TABLE, ["date", "record_id"], "date IS NOT NULL")


def downgrade() -> None:
    """Go back."""
    op.drop_index(_INDEX, table_name=_TABLE)
