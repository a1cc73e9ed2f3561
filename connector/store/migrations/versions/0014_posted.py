"""Find what was posted by its natural key without case, or by its number, whichever integration posted it."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_documents_target_key_upper", ["flow_id", "(upper(target_key))"], "target_key IS NOT NULL"),
    ("ix_documents_target_id", ["flow_id", "target_id"], "target_id IS NOT NULL"),
)


def upgrade() -> None:
    """Expand."""
    for name, columns, where in _INDEXES:
        indexes.create(name, "documents", columns, where)


def downgrade() -> None:
    """Go back."""
    for name, _, _ in _INDEXES:
        op.drop_index(name, table_name="documents")
