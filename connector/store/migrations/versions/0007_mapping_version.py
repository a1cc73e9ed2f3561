"""Remember which version of its flow's mapping made a record, and what a document is in its target."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("records", sa.Column("mapping_version", sa.Integer(), nullable=True))
    op.add_column("documents", sa.Column("mapping_version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("documents", "mapping_version")
    op.drop_column("records", "mapping_version")
