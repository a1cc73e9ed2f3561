"""Find what was posted by its natural key without case, whichever integration posted it."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NAME = "ix_documents_target_key_upper"


def upgrade() -> None:
    """Expand."""
    indexes.create(_NAME, "documents", ["flow_id", "(upper(target_key))"], "target_key IS NOT NULL")


def downgrade() -> None:
    """Go back."""
    op.drop_index(_NAME, table_name="documents")
