"""Where the documents of large periods stood when they were last counted: nobody counts a month for a page."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from connector.store.schema.columns import TIME, count, metadata

period_counts = sa.Table(
    "period_counts",
    metadata,
    sa.Column("first", sa.Date, primary_key=True),
    sa.Column("last", sa.Date, primary_key=True),
    sa.Column("counted_at", TIME, nullable=False),
    #: how long that took
    count("took_ms"),
    #: as ``operator.period_figures`` counts them
    sa.Column("counted", JSONB, nullable=False),
    #: of each flow that has documents (``operator.period_figures.digests``)
    sa.Column("digests", JSONB, nullable=False),
    #: flows of which something was posted otherwise than when the period was signed off
    sa.Column("posted_otherwise", JSONB, nullable=False, server_default=sa.text("'[]'")),
)
