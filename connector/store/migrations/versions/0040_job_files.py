"""Keep files that jobs make, in parts, as long as their jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "job_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_files"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_files_job_id", ondelete="CASCADE"),
        sa.UniqueConstraint("job_id", "number", name="uq_job_files_job_id_number"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("job_files")
