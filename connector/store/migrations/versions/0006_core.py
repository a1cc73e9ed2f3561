"""Remember what a source lists twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("documents", sa.Column("listed_in", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("documents", "listed_in")
