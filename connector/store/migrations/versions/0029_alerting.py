"""Let people be told of alerts: what stands, what each rule is set to, channels, and the messages on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_JSON = sa.text("'{}'::jsonb")
_NOW = sa.text("now()")
_TIME = sa.DateTime(timezone=True)
_UNSENT = sa.text("sent_at IS NULL AND gave_up_at IS NULL")


def upgrade() -> None:
    """Expand."""
    op.add_column(
        "alerts", sa.Column("detail", postgresql.JSONB(), server_default=_JSON, nullable=False), if_not_exists=True
    )
    op.create_table(
        "alert_rules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean()),
        sa.Column("threshold", sa.Double()),
        sa.Column("urgent", sa.Boolean()),
        sa.Column("updated_at", _TIME, server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("name", "scope", name="pk_alert_rules"),
    )
    op.create_table(
        "alert_channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("config", postgresql.JSONB(), server_default=_JSON, nullable=False),
        sa.Column("hearing", postgresql.JSONB(), server_default=_JSON, nullable=False),
        sa.Column("sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("digest_at", _TIME),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("updated_at", _TIME, server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_channels"),
        sa.UniqueConstraint("name", name="uq_alert_channels_name"),
        sa.CheckConstraint("kind IN ('email', 'webhook', 'slack', 'teams')", name=op.f("ck_alert_channels_kind")),
    )
    op.create_table(
        "alert_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default=_JSON, nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("batch", sa.Uuid()),
        sa.Column("leased_until", _TIME),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("gave_up_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_alert_messages"),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channels.id"], name="fk_alert_messages_channel_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("kind IN ('begun', 'over', 'passed', 'digest')", name=op.f("ck_alert_messages_kind")),
    )
    op.create_index("ix_alert_messages_due", "alert_messages", ["channel_id", "due_at"], postgresql_where=_UNSENT)
    op.create_index("ix_alert_messages_about", "alert_messages", ["name", "about"])


def downgrade() -> None:
    """Go back."""
    for table in ("alert_messages", "alert_channels", "alert_rules"):
        op.drop_table(table)
    op.drop_column("alerts", "detail")
