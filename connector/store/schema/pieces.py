"""Pieces of runs: documents that were listed, and are to be read one by one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from connector.store.schema.columns import NOW, TIME, claimable, id_column, made, metadata, text
from connector.store.schema.conditions import KEY_ID, OPEN

pieces = sa.Table(
    "pieces",
    metadata,
    id_column(),
    sa.Column("run_id", sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("flow_id", sa.ForeignKey("flows.id"), nullable=False),
    #: source keys of its documents, and the fingerprints of what was listed under them
    sa.Column("keys", ARRAY(sa.Text), nullable=False),
    sa.Column("prints", ARRAY(sa.Text), nullable=False),
    #: the documents as they were listed; sealed, identity ``pieces:<id>:rows``
    sa.Column("rows", BYTEA, nullable=False),
    sa.Column("due_at", TIME, nullable=False, server_default=NOW),
    *claimable(),
    text("why"),
    #: why its documents cannot be read, whoever tries
    text("error"),
    made(),
    sa.Index("ix_pieces_due", "flow_id", "due_at", postgresql_where=sa.text(OPEN)),
    sa.Index("ix_pieces_keys", "keys", postgresql_using="gin"),
    sa.Index("ix_pieces_lease_owner", "lease_owner", postgresql_where=sa.text("lease_owner IS NOT NULL")),
    sa.Index(
        "ix_pieces_rows_key",
        sa.text(f"({KEY_ID.format('rows')})"),
        postgresql_where=sa.text("length(rows) > 1"),
    ),
)
