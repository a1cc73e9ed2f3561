"""Give connections a pace, for systems that asked us to slow down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("connections", sa.Column("pace", sa.Double(), nullable=True))
    op.add_column("connections", sa.Column("pace_why", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("paced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("next_slot_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("connections", "next_slot_at")
    op.drop_column("connections", "paced_at")
    op.drop_column("connections", "pace_why")
    op.drop_column("connections", "pace")
