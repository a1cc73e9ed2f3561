"""What beat watches: one canary for each queue, and the alerts that stand."""

from __future__ import annotations

import sqlalchemy as sa

from connector.store.schema.columns import NOW, TIME, metadata

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
)
