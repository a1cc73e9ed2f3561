"""Hold how a try may end to the answers there are, and remember how often was asked about one without."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ANSWERS = "('accepted', 'adopted', 'refused', 'not sent', 'unknown', 'not there')"

# What follows it is committed by itself: a second try may find the constraint there.
_THERE = sa.text("SELECT FROM pg_constraint WHERE conname = 'ck_attempts_answer' AND conrelid = 'attempts'::regclass")


def upgrade() -> None:
    """Expand. What is there already is looked at while others write."""
    op.add_column(
        "attempts",
        sa.Column("asked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        if_not_exists=True,
    )
    op.add_column("attempts", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    if not op.get_bind().execute(_THERE).all():
        op.execute(f"ALTER TABLE attempts ADD CONSTRAINT ck_attempts_answer CHECK (answer IN {_ANSWERS}) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE attempts VALIDATE CONSTRAINT ck_attempts_answer")


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE attempts DROP CONSTRAINT ck_attempts_answer")
    op.drop_column("attempts", "asked_at")
    op.drop_column("attempts", "asked")
