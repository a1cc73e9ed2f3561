"""Jobs: what takes longer than somebody waits for a page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, _TIME, server_default=sa.func.now(), nullable=False)


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        _text("place"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("of", sa.BigInteger()),
        _text("said"),
        _moment("seen_at"),
        _text("stopped_by"),
        sa.Column("ended_at", _TIME),
        _text("outcome"),
        _text("error"),
        sa.Column("result", postgresql.BYTEA()),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.CheckConstraint("outcome IN ('', 'done', 'stopped', 'failed')", name=op.f("ck_jobs_outcome")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("jobs")
