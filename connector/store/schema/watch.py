"""What beat watches: one canary for each queue, the alerts that stand, and who is told of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from connector.store.schema.columns import NOW, TIME, changed, count, id_column, json, made, metadata, text
from connector.store.schema.conditions import UNSENT

canaries = sa.Table(
    "canaries",
    metadata,
    sa.Column("queue", sa.Text, primary_key=True),
    #: the newest one
    sa.Column("canary", sa.Uuid, nullable=False),
    sa.Column("sent_at", TIME, nullable=False),
    #: since when none came back; null when the newest did
    sa.Column("waiting_since", TIME),
    sa.Column("came_back_at", TIME),
    #: the worker that took it
    sa.Column("came_back_by", sa.Uuid),
)

alerts = sa.Table(
    "alerts",
    metadata,
    #: name of the event that was logged
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("about", sa.Text, primary_key=True),
    sa.Column("raised_at", TIME, nullable=False, server_default=NOW),
    #: what is told of it (``domain.alert.Facts``), as it was found last
    json("detail"),
)

#: what differs from the defaults of a rule; null is the default
alert_rules = sa.Table(
    "alert_rules",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    #: nothing for everywhere, an integration, or the full name of a flow
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("enabled", sa.Boolean),
    sa.Column("threshold", sa.Double),
    sa.Column("urgent", sa.Boolean),
    changed(),
)

alert_channels = sa.Table(
    "alert_channels",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    #: without its secrets, to be shown; what is used is what is sealed
    json("config"),
    #: what it hears, and when (``domain.alert.Hearing``)
    json("hearing"),
    #: sealed JSON object: ``config`` and ``secrets``, identity ``alert_channels:<id>:sealed``
    sa.Column("sealed", BYTEA, nullable=False),
    #: when its next digest is due; null without one
    sa.Column("digest_at", TIME),
    made(),
    changed(),
    sa.CheckConstraint("kind IN ('email', 'webhook', 'slack', 'teams')", name="kind"),
)

#: one line of a message to a channel: an alert began, is over, began and passed before it was told, or a digest
alert_messages = sa.Table(
    "alert_messages",
    metadata,
    id_column(),
    sa.Column("channel_id", sa.ForeignKey("alert_channels.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    #: of the alert; nothing of a digest
    text("name"),
    text("about"),
    json("detail"),
    made(),
    sa.Column("ended_at", TIME),
    sa.Column("due_at", TIME, nullable=False),
    #: the message it went with: what is tried again goes together again, under the same id
    sa.Column("batch", sa.Uuid),
    #: somebody is sending it until then
    sa.Column("leased_until", TIME),
    count("tries"),
    #: how the last try failed
    text("why"),
    sa.Column("sent_at", TIME),
    sa.Column("gave_up_at", TIME),
    sa.CheckConstraint("kind IN ('begun', 'over', 'passed', 'digest')", name="kind"),
    sa.Index("ix_alert_messages_due", "channel_id", "due_at", postgresql_where=sa.text(UNSENT)),
    sa.Index("ix_alert_messages_about", "name", "about"),
)
