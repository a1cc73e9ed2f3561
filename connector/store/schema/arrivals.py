"""How many documents were read in each hour, kept by housekeeping: nobody counts a million records for a page."""

from __future__ import annotations

import sqlalchemy as sa

from connector.store.schema.columns import TIME, metadata

arrivals = sa.Table(
    "arrivals",
    metadata,
    #: when the hour began
    sa.Column("hour", TIME, primary_key=True),
    sa.Column("flow_id", sa.Uuid, primary_key=True),
    #: of their amounts; empty of documents that have none
    sa.Column("currency", sa.Text, primary_key=True),
    sa.Column("documents", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.Numeric, nullable=False),
)

#: one row: the newest record that is counted
arrivals_reached = sa.Table(
    "arrivals_reached",
    metadata,
    sa.Column("single", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("record_id", sa.Uuid, nullable=False),
    sa.CheckConstraint("single", name="only"),
)
