"""What takes longer than somebody waits for a page: how far it is, whether it is to stop, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from connector.store.schema.columns import NOW, TIME, id_column, made, metadata, text

jobs = sa.Table(
    "jobs",
    metadata,
    id_column(),
    #: what draws its result
    sa.Column("kind", sa.Text, nullable=False),
    #: what it does, as a person reads it, and the page it was begun on
    sa.Column("about", sa.Text, nullable=False),
    text("place"),
    sa.Column("actor", sa.Text, nullable=False),
    #: so much of so much, where that is known
    sa.Column("done", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("of", sa.BigInteger),
    text("said"),
    #: the process that does it was there
    sa.Column("seen_at", TIME, nullable=False, server_default=NOW),
    #: who asked that it stops
    text("stopped_by"),
    sa.Column("ended_at", TIME),
    text("outcome"),
    text("error"),
    #: it failed because what was asked for cannot be done as things are, and not because something went wrong
    sa.Column("refused", sa.Boolean, nullable=False, server_default=sa.false()),
    #: JSON, sealed: it may hold what documents say
    sa.Column("result", BYTEA),
    made(),
    sa.CheckConstraint("outcome IN ('', 'done', 'stopped', 'failed')", name="outcome"),
)

#: a file that a job made, in parts; they go with their job
job_files = sa.Table(
    "job_files",
    metadata,
    id_column(),
    sa.Column("job_id", sa.Uuid, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    #: compressed and sealed: identity ``job_files:<id>:content``
    sa.Column("content", BYTEA, nullable=False),
    sa.UniqueConstraint("job_id", "number"),
)
