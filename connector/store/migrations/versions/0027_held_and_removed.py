"""Let a person hold a flow, and remove an integration or a connection whose history stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_HELD = ("held_why", "held_by")
_REMOVED = ("integrations", "connections")


def upgrade() -> None:
    """Expand."""
    for column in _HELD:
        op.add_column("flows", sa.Column(column, sa.Text(), server_default="", nullable=False), if_not_exists=True)
    for table in _REMOVED:
        op.add_column(table, sa.Column("removed_at", sa.DateTime(timezone=True)), if_not_exists=True)


def downgrade() -> None:
    """Go back: flows that were held go on; what was removed is listed again, switched off and without secrets."""
    for table in _REMOVED:
        op.drop_column(table, "removed_at")
    for column in _HELD:
        op.drop_column("flows", column)
