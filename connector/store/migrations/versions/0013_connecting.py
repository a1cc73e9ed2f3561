"""Remember whose a connection is, and that nobody here has accepted one that connected itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("connections", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("profile", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("connections", "profile")
    op.drop_column("connections", "offered_at")
