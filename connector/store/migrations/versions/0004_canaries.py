"""Make the canaries of the queues, what workers tell of their queues, and what beat has raised an alert about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "canaries",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("canary", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_back_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_canaries")),
    )
    op.create_table(
        "alerts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", "about", name=op.f("pk_alerts")),
    )
    op.add_column("workers", sa.Column("queues", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("workers", sa.Column("turned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("workers", "turned_at")
    op.drop_column("workers", "queues")
    op.drop_table("alerts")
    op.drop_table("canaries")
