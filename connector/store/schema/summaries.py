"""What documents are called, in clear beside their sealed records; nothing personal is in it (``domain.summary``)."""

from __future__ import annotations

import sqlalchemy as sa

from connector.store.schema.columns import json, metadata, text

summaries = sa.Table(
    "summaries",
    metadata,
    #: no foreign key, as of payloads: what removes a record removes this. Of an earlier release there may be none
    sa.Column("record_id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    text("party"),
    text("party_name"),
    sa.Column("date", sa.Date),
    sa.Column("amount", sa.Numeric),
    text("currency"),
    #: name -> number
    json("elsewhere"),
    #: the documents of a period (``operator.reckoning``)
    sa.Index("ix_summaries_date", "date", "record_id", postgresql_where=sa.text("date IS NOT NULL")),
    sa.Index("ix_summaries_undated", "record_id", postgresql_where=sa.text("date IS NULL")),
    sa.Index(
        "ix_summaries_amount", sa.text("abs(amount)"), "record_id", postgresql_where=sa.text("amount IS NOT NULL")
    ),
)

#: what records are found by (``reading.search_terms``): read in order, so that a beginning finds a bounded number
search_terms = sa.Table(
    "search_terms",
    metadata,
    sa.Column("term", sa.Text(collation="C"), nullable=False),
    sa.Column("record_id", sa.Uuid, nullable=False),
    #: of one term the newest first
    sa.Index("uq_search_terms", "term", sa.text("record_id DESC"), unique=True),
    #: what goes with a record (``operator.retained_records``)
    sa.Index("ix_search_terms_record_id", "record_id"),
)
