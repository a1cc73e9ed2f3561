"""Remember what the last ping of a connection found wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("connections", sa.Column("ping_why", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("connections", "ping_why")
