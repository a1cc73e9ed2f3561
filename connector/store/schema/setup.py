"""What a customer sets up: connections, integrations, flows, crosswalks."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from connector.store.schema.columns import TIME, changed, count, id_column, json, made, metadata, text

connections = sa.Table(
    "connections",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("system", sa.Text, nullable=False),
    json("config"),
    json("overrides"),
    #: sealed JSON object, identity ``connections:<id>:secrets``
    sa.Column("secrets", BYTEA, nullable=False),
    #: a sentence while nothing may use it until a person acts
    sa.Column("stopped_why", sa.Text),
    #: the person who stopped it, whom nothing else overrules; empty when it stopped by itself
    text("stopped_by"),
    sa.Column("paused_until", TIME),
    sa.Column("paused_why", sa.Text),
    #: failures in a row; enough of them open the breaker
    count("failures"),
    #: steps a second, after a 429; null is no limit
    sa.Column("pace", sa.Double),
    #: what the other side said, and when
    sa.Column("pace_why", sa.Text),
    sa.Column("paced_at", TIME),
    #: what the last ping found wrong; null is nothing, or not known since it was changed
    sa.Column("ping_why", sa.Text),
    #: when that was, and what it found of each entity; null is not pinged since it was changed
    sa.Column("pinged_at", TIME),
    sa.Column("ping_report", JSONB),
    #: since when a company that connected itself waits for an operator to accept it; null is accepted
    sa.Column("offered_at", TIME),
    #: whose it is, as its system says; null is not known
    sa.Column("profile", JSONB),
    #: when the next step may go
    sa.Column("next_slot_at", TIME),
    made(),
    changed(),
    #: since when it stands in for one that was removed, without its secrets and under another name
    sa.Column("removed_at", TIME),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("connection_id", sa.ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    #: identity ``tokens:<connection_id>``
    sa.Column("sealed", BYTEA, nullable=False),
    sa.Column("expires_at", TIME),
    changed(),
)

integrations = sa.Table(
    "integrations",
    metadata,
    id_column(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    #: which pair of systems, e.g. ``qad-jaggaer``
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source_connection_id", sa.ForeignKey("connections.id"), nullable=False),
    sa.Column("target_connection_id", sa.ForeignKey("connections.id"), nullable=False),
    made(),
    #: since when it is there for its history alone
    sa.Column("removed_at", TIME),
)

flows = sa.Table(
    "flows",
    metadata,
    id_column(),
    sa.Column("integration_id", sa.ForeignKey("integrations.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    #: it reads from the integration's target connection and writes to its source connection
    sa.Column("reversed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.false()),
    #: why nothing of it moves until a person switches it on, and who said so; empty when it moves
    text("held_why"),
    text("held_by"),
    sa.Column("schedule", sa.Text, nullable=False),
    sa.Column("timezone", sa.Text, nullable=False, server_default="UTC"),
    #: the next slot of the schedule; null on an enabled flow means at once
    sa.Column("next_due_at", TIME),
    #: the newest source change a finished run has seen
    sa.Column("cursor", TIME),
    json("options"),
    #: how many of its records may be on the queues at a time
    sa.Column("window", sa.Integer, nullable=False, server_default="200"),
    made(),
    changed(),
    sa.UniqueConstraint("integration_id", "name"),
    sa.Index("ix_flows_next_due_at", "next_due_at", postgresql_where=sa.text("enabled")),
)

#: what binds a flow or a table of codes to a master key (``binding``)
bindings = sa.Table(
    "bindings",
    metadata,
    #: the flow's, or made of the integration's and the name of its table
    sa.Column("id", sa.Uuid, primary_key=True),
    #: sealed digest and revision, identity ``bindings:<id>``
    sa.Column("sealed", BYTEA, nullable=False),
)

crosswalks = sa.Table(
    "crosswalks",
    metadata,
    sa.Column("integration_id", sa.ForeignKey("integrations.id"), primary_key=True),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("source_code", sa.Text, primary_key=True),
    sa.Column("target_code", sa.Text, nullable=False),
    changed(),
)
