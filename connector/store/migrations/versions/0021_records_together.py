"""Let a worker process hold several records at once, and tell apart whose fault a crash is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    for name in ("among_others", "goes_alone"):
        op.add_column(
            "records", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False), if_not_exists=True
        )
    op.add_column("workers", sa.Column("busy_with_all", ARRAY(sa.Uuid())), if_not_exists=True)


def downgrade() -> None:
    """Go back."""
    op.drop_column("workers", "busy_with_all")
    for name in ("goes_alone", "among_others"):
        op.drop_column("records", name)
