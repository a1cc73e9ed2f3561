"""Remember when a connection was pinged last, and what was found of each entity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("connections", sa.Column("pinged_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("ping_report", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("connections", "ping_report")
    op.drop_column("connections", "pinged_at")
