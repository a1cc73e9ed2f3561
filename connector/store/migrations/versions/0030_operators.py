"""Accounts of the console: operators, their sessions and tokens, and sign-ins that failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ROLES = "role IN ('viewer', 'operator', 'admin')"
_TIME = sa.DateTime(timezone=True)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, _TIME, server_default=sa.func.now(), nullable=False)


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "operators",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text()),
        sa.Column("once_digest", postgresql.BYTEA()),
        sa.Column("once_until", _TIME),
        sa.Column("revoked_at", _TIME),
        sa.Column("bound", postgresql.BYTEA()),
        _moment("created_at"),
        _moment("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sa.UniqueConstraint("name", name="uq_operators_name"),
        sa.CheckConstraint(_ROLES, name=op.f("ck_operators_role")),
    )
    op.create_table(
        "operator_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("session_digest", postgresql.BYTEA(), nullable=False),
        sa.Column("must_choose", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("browser", sa.Text(), server_default="", nullable=False),
        _moment("created_at"),
        _moment("seen_at"),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operator_sessions"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_operator_sessions_operator_id"),
    )
    op.create_index("ix_operator_sessions_operator_id", "operator_sessions", ["operator_id"])
    op.create_table(
        "operator_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("token_digest", postgresql.BYTEA(), nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("revoked_at", _TIME),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_operator_tokens"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_operator_tokens_operator_id"),
        sa.CheckConstraint(_ROLES, name=op.f("ck_operator_tokens_role")),
    )
    standing = sa.text("revoked_at IS NULL")
    name = "uq_operator_tokens_name"
    op.create_index(name, "operator_tokens", ["operator_id", "name"], unique=True, postgresql_where=standing)
    op.create_table(
        "sign_in_failures",
        sa.Column("of_digest", postgresql.BYTEA(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", _TIME, nullable=False),
        sa.Column("free_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("of_digest", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_failed_at", "sign_in_failures", ["failed_at"])


def downgrade() -> None:
    """Go back."""
    for table in ("sign_in_failures", "operator_tokens", "operator_sessions", "operators"):
        op.drop_table(table)
