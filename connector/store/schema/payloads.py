"""The documents of records, sealed, apart from the records."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from connector.store.schema.columns import TIME, metadata
from connector.store.schema.conditions import KEY_ID

#: rows are written once, and again only where a record is mapped or read again; a record changes at each step
payloads = sa.Table(
    "payloads",
    metadata,
    #: no foreign key: what removes a record removes these, and each document would lock its record's row once more
    sa.Column("record_id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    #: when its record was made: partitions go by it, so that one month's documents can be removed at once
    sa.Column("created_at", TIME, primary_key=True),
    #: identity ``records:<record_id>:<kind>``
    sa.Column("sealed", BYTEA, nullable=False),
    sa.CheckConstraint("kind IN ('source', 'target')", name="kind"),
    sa.Index(
        "ix_payloads_sealed_key",
        "kind",
        sa.text(f"({KEY_ID.format('sealed')})"),
        postgresql_where=sa.text("length(sealed) > 1"),
    ),
    postgresql_partition_by="RANGE (created_at)",
)
