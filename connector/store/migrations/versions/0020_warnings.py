"""Remember why a person should look at what a target took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations import indexes

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("attempts", sa.Column("warning", sa.Text(), server_default="", nullable=False), if_not_exists=True)
    indexes.create("ix_attempts_warned", "attempts", ["record_id"], "warning <> ''")


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_attempts_warned", table_name="attempts")
    op.drop_column("attempts", "warning")
