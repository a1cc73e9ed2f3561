"""Remember which message another one takes back, for when that one comes later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations import indexes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_TABLE, _INDEX = "received_messages", "ix_received_messages_refers_to"


def upgrade() -> None:
    """Expand."""
    op.add_column(_TABLE, sa.Column("refers_to", sa.Text(), server_default="", nullable=False), if_not_exists=True)
    indexes.create(_INDEX, _TABLE, ["connection_id", "refers_to"], "refers_to <> ''")


def downgrade() -> None:
    """Go back."""
    op.drop_index(_INDEX, table_name=_TABLE)
    op.drop_column(_TABLE, "refers_to")
