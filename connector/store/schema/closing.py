"""The end of a month: the last comparison of a period with its target, and who signed what off."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from connector.store.schema.columns import NOW, TIME, count, id_column, metadata, text


def _period() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("flow_id", sa.Uuid, sa.ForeignKey("flows.id"), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
    )


#: the newest one of each period of each flow
comparisons = sa.Table(
    "comparisons",
    metadata,
    id_column(),
    *_period(),
    sa.Column("compared_at", TIME, nullable=False, server_default=NOW),
    sa.Column("actor", sa.Text, nullable=False),
    count("differences"),
    #: JSON, sealed: what differs, and how far each side was asked
    sa.Column("found", BYTEA, nullable=False),
    sa.UniqueConstraint("flow_id", "first", "last"),
)

sign_offs = sa.Table(
    "sign_offs",
    metadata,
    id_column(),
    *_period(),
    sa.Column("signed_at", TIME, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    text("why"),
    count("documents"),
    #: SHA-256 over the documents, each with where it stood, and over the figures with it
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    #: JSON, compressed and sealed: the figures, and a line for each document
    sa.Column("signed", BYTEA, nullable=False),
    sa.Column("withdrawn_at", TIME),
    text("withdrawn_by"),
    text("withdrawn_why"),
    #: HMAC-SHA256 over all of it (``account_binding``)
    sa.Column("bound", BYTEA, nullable=False),
    sa.Index(
        "uq_sign_offs_period", "flow_id", "first", "last", unique=True, postgresql_where=sa.text("withdrawn_at IS NULL")
    ),
)
