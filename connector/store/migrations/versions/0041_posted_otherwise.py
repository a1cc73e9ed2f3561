"""Keep with the counts of a large period in which flows something was posted otherwise than when it was signed off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    empty = sa.text("'[]'")
    op.add_column(
        "period_counts", sa.Column("posted_otherwise", postgresql.JSONB(), nullable=False, server_default=empty)
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("period_counts", "posted_otherwise")
