"""Find by their record what documents are found by, so that it can go with its record."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_search_terms_record_id", "search_terms"


def upgrade() -> None:
    """Expand."""
    indexes.create(_INDEX, _TABLE, ["record_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(_INDEX, table_name=_TABLE)
