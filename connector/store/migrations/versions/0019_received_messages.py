"""Keep what systems send to us."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "received_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("tenant", sa.Text(), server_default="", nullable=False),
        sa.Column("entity", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("message_key", sa.Text(), server_default="", nullable=False),
        sa.Column("stands_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("readable_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("body", postgresql.BYTEA(), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_received_messages"),
        sa.UniqueConstraint(
            "connection_id", "tenant", "message_id", name="uq_received_messages_connection_id_tenant_message_id"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_received_messages_connection_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_received_messages_number", "received_messages", ["number"], unique=True)
    op.create_index("ix_received_messages_entity", "received_messages", ["connection_id", "entity", "number"])
    op.create_index(
        "ix_received_messages_key", "received_messages", ["connection_id", "entity", "message_key", "number"]
    )
    op.create_index(
        "ix_received_messages_quarantined",
        "received_messages",
        ["connection_id", "number"],
        postgresql_where=sa.text("problem <> '' AND discarded_at IS NULL"),
    )
    op.create_index(
        "ix_received_messages_body_key",
        "received_messages",
        [sa.text("(substr(substr(body, 1, 34), 1, 2 + get_byte(substr(body, 1, 34), 1)))")],
        postgresql_where=sa.text("length(body) > 1"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("received_messages")
