"""What programs were answered that sent a key of their own with a change: sent again, it is not done twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TABLE = "api_answers"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Expand."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", postgresql.BYTEA(), nullable=False),
        sa.Column("answer", postgresql.BYTEA()),
        sa.Column("created_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_answers"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_api_answers_operator_id"),
        sa.UniqueConstraint("operator_id", "key", name="uq_api_answers_operator_id_key"),
    )
    op.create_index("ix_api_answers_created_at", _TABLE, ["created_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table(_TABLE)
