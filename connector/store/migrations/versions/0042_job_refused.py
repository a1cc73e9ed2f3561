"""Tell jobs that were refused from those of which something went wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("jobs", sa.Column("refused", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("jobs", "refused")
