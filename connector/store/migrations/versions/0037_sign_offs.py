"""Comparisons of a period with its target, and sign-offs; what people did, apart in the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from connector.store.migrations import indexes

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_PEOPLE = "ix_audit_events_people"


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _period() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
    )


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "comparisons",
        *_period(),
        sa.Column("compared_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        _count("differences"),
        sa.Column("found", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comparisons"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_comparisons_flow_id"),
        sa.UniqueConstraint("flow_id", "first", "last", name="uq_comparisons_flow_id_first_last"),
    )
    op.create_table(
        "sign_offs",
        *_period(),
        sa.Column("signed_at", _TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        _text("why"),
        _count("documents"),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("signed", postgresql.BYTEA(), nullable=False),
        sa.Column("withdrawn_at", _TIME),
        _text("withdrawn_by"),
        _text("withdrawn_why"),
        sa.Column("bound", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_offs"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_sign_offs_flow_id"),
    )
    standing = sa.text("withdrawn_at IS NULL")
    columns = ["flow_id", "first", "last"]
    op.create_index("uq_sign_offs_period", "sign_offs", columns, unique=True, postgresql_where=standing)
    indexes.create_on_partitions(_PEOPLE, "audit_events", ["at", "id"], "actor LIKE 'operator:%'", short="people")


def downgrade() -> None:
    """Go back."""
    op.drop_index(_PEOPLE, table_name="audit_events")
    for table in ("sign_offs", "comparisons"):
        op.drop_table(table)
