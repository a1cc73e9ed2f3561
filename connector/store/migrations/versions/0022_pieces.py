"""Cut what a run has listed into pieces that are read apart from it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    for name in ("listed_at", "reached"):
        op.add_column("runs", sa.Column(name, sa.DateTime(timezone=True)), if_not_exists=True)
    op.create_table(
        "pieces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("prints", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rows", postgresql.BYTEA(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("queued_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("leased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("crashes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pieces"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_pieces_run_id"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_pieces_flow_id"),
    )
    op.create_index("ix_pieces_run_id", "pieces", ["run_id"])
    op.create_index("ix_pieces_due", "pieces", ["flow_id", "due_at"], postgresql_where=sa.text("error = ''"))
    op.create_index("ix_pieces_keys", "pieces", ["keys"], postgresql_using="gin")
    op.create_index(
        "ix_pieces_lease_owner", "pieces", ["lease_owner"], postgresql_where=sa.text("lease_owner IS NOT NULL")
    )
    op.create_index(
        "ix_pieces_rows_key",
        "pieces",
        [sa.text("(substr(substr(rows, 1, 34), 1, 2 + get_byte(substr(rows, 1, 34), 1)))")],
        postgresql_where=sa.text("length(rows) > 1"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("pieces")
    for name in ("reached", "listed_at"):
        op.drop_column("runs", name)
