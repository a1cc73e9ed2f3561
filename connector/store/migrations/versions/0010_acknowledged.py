"""Remember when a source was told that we have its document, and which of its documents a ledger document is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("records", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("documents", sa.Column("identity", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("documents", "identity")
    op.drop_column("records", "acknowledged_at")
