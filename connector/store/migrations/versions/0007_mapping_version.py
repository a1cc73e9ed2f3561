"""Remember which version of its mapping made what a flow has loaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("flows", sa.Column("mapping_version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("flows", "mapping_version")
