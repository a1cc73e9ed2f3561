"""How many documents were read in each hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "arrivals",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "flow_id", "currency", name="pk_arrivals"),
    )
    op.create_table(
        "arrivals_reached",
        sa.Column("single", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("single", name="pk_arrivals_reached"),
        sa.CheckConstraint("single", name=op.f("ck_arrivals_reached_single")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("arrivals_reached")
    op.drop_table("arrivals")
