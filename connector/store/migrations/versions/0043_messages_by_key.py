"""Find what systems sent about a document without knowing which system it was."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_NAME = "ix_received_messages_message_key"


def upgrade() -> None:
    """Expand."""
    indexes.create(_NAME, "received_messages", ["message_key", "number"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(_NAME, table_name="received_messages")
