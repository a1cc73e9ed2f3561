"""Tell what a person stopped from what stopped by itself: only a person lets the first go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TABLE, _COLUMN = "connections", "stopped_by"


def upgrade() -> None:
    """Expand."""
    op.add_column(_TABLE, sa.Column(_COLUMN, sa.Text(), server_default="", nullable=False), if_not_exists=True)


def downgrade() -> None:
    """Go back: what a person stopped is freed by the next ping that finds nothing wrong."""
    op.drop_column(_TABLE, _COLUMN)
