"""The audit trail and its seals. Triggers refuse every change to a row once written."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from connector.store.schema.columns import NOW, TIME, json, metadata

audit_events = sa.Table(
    "audit_events",
    metadata,
    #: the order of writing: seals go by it, because no clock can set it back
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    #: database time of the transaction that wrote it: partitions go by it, whatever a worker's clock says
    sa.Column("recorded_at", TIME, primary_key=True, server_default=NOW),
    #: a record id, or ``kind:name``
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("at", TIME, nullable=False),
    json("detail"),
    sa.Column("hash", BYTEA, nullable=False),
    sa.Column("previous", BYTEA, nullable=False),
    sa.Index("ix_audit_events_subject_id", "subject", "id"),
    #: changes that came with a seal (``newest_change``)
    sa.Index("ix_audit_events_revised", "subject", "id", postgresql_where=sa.text("detail ? 'revision'")),
    #: pages of a period (``operator.audit.page``)
    sa.Index("ix_audit_events_at", "at", "id"),
    #: what people did, of all that workers do
    sa.Index("ix_audit_events_people", "at", "id", postgresql_where=sa.text("actor LIKE 'operator:%'")),
    sa.Index("ix_audit_events_recorded_at", "recorded_at", postgresql_using="brin"),
    postgresql_partition_by="RANGE (recorded_at)",
)

audit_seals = sa.Table(
    "audit_seals",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    #: when the seal before it was made and when it was; where ``upto_id`` is null: it covers events that were recorded
    #: after ``from_at`` up to and including ``to_at``, as the release before seals them
    sa.Column("from_at", TIME, nullable=False, unique=True),
    sa.Column("to_at", TIME, nullable=False),
    #: covers events numbered above ``after_id`` up to and including ``upto_id``
    sa.Column("after_id", sa.BigInteger),
    sa.Column("upto_id", sa.BigInteger),
    sa.Column("events", sa.Integer, nullable=False),
    #: SHA-256 over the previous digest and what ``seals.digest_of`` takes of each event
    sa.Column("digest", BYTEA, nullable=False),
    sa.Column("previous", BYTEA, nullable=False),
    sa.Column("sealed_at", TIME, nullable=False, server_default=NOW),
    #: the master key it was made under, and HMAC-SHA256 over all of it but its id (``genuine.statement_of``); null in
    #: seals of a release that had no key
    sa.Column("key_id", sa.Text),
    sa.Column("mac", BYTEA),
)

#: the newest seal under a key, remembered beside the seals: at most one row
audit_newest_seal = sa.Table(
    "audit_newest_seal",
    metadata,
    sa.Column("sole", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("seal", sa.BigInteger, nullable=False),
    sa.Column("digest", BYTEA, nullable=False),
    sa.CheckConstraint("sole", name="sole"),
)

#: the hash of the newest event of everything that is not a record, kept by a trigger
audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("hash", BYTEA, nullable=False),
)
