"""Records, and the archive of those that ended long ago, in a partition for each month in which they ended.

Both are one table, ``all_records``, of which ``records`` is the partition that work goes on in. Whoever works names
``records`` and knows nothing of the archive; whoever looks at the past names ``all_records``. A document lies in one
of both with all its versions (``work.archive``).
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from connector.store.schema.columns import NOW, TIME, changed, claimable, id_column, json, made, metadata, text
from connector.store.schema.conditions import KEY_ID, NOT_ENDED, UNDER_WAY

WAITING = f"waits_for IS NOT NULL AND {UNDER_WAY}"

records = sa.Table(
    "records",
    metadata,
    id_column(),
    sa.Column("document_id", sa.ForeignKey("documents.id"), nullable=False),
    sa.Column("flow_id", sa.ForeignKey("flows.id"), nullable=False),
    sa.Column("integration_id", sa.ForeignKey("integrations.id"), nullable=False),
    sa.Column("run_id", sa.ForeignKey("runs.id")),
    sa.Column("source_key", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="extracted"),
    sa.Column("hold", sa.Text),
    sa.Column("gate", sa.Text),
    text("why"),
    #: subjects whose arrival releases it: ``link:<flow>:<key>``, ``crosswalk:<table>:<code>``
    sa.Column("waits_for", ARRAY(sa.Text)),
    sa.Column("waiting_since", TIME),
    #: null while nothing but an event can move it: ended, or an older version comes first
    sa.Column("due_at", TIME),
    #: when its source knew that we have this document; null of sources that do not want to know
    sa.Column("acknowledged_at", TIME),
    #: whether its document is read anew when it is due, before anybody looks at it
    sa.Column("reread", sa.Boolean, nullable=False, server_default=sa.false()),
    *claimable(),
    #: whether whoever holds it claimed it among others, so that a crash is nobody's fault yet
    sa.Column("among_others", sa.Boolean, nullable=False, server_default=sa.false()),
    #: whether it may be claimed alone only: its worker crashed while it was held among others
    sa.Column("goes_alone", sa.Boolean, nullable=False, server_default=sa.false()),
    #: when its journey began: when it was read, or when a person sent it again
    sa.Column("begun_at", TIME, nullable=False, server_default=NOW),
    sa.Column("correlation_id", sa.Text, nullable=False),
    #: what an earlier release wrote, until it is moved to ``payloads``
    sa.Column("source_payload", BYTEA),
    sa.Column("target_payload", BYTEA),
    #: which version of its flow's mapping made that, or found nothing to send; null before it is mapped
    sa.Column("mapping_version", sa.Integer),
    sa.Column("target_id", sa.Text),
    #: how it ended in the target, for the confirmation to its source
    json("result"),
    #: hash of its newest audit event
    sa.Column("audit_head", BYTEA, nullable=False),
    made(),
    changed(),
    sa.Column("finished_at", TIME),
    #: the month in whose part of ``all_records`` it lies; null in this table
    sa.Column("archived_in", sa.Date),
    sa.CheckConstraint("archived_in IS NULL", name="archived_in"),
    sa.CheckConstraint(
        "state IN ('extracted', 'mapped', 'loaded', 'done', 'rejected', 'dead', 'superseded', 'cancelled', 'skipped')",
        name="state",
    ),
    sa.CheckConstraint("hold IN ('retry', 'gate', 'park', 'version', 'connection', 'source')", name="hold"),
    sa.UniqueConstraint("document_id", "version"),
    sa.Index("ix_records_due", "flow_id", "state", "due_at", postgresql_where=sa.text(UNDER_WAY)),
    sa.Index("ix_records_reread", "flow_id", "due_at", postgresql_where=sa.text("reread AND state = 'extracted'")),
    sa.Index("ix_records_begun_at", "flow_id", "begun_at", postgresql_where=sa.text(UNDER_WAY)),
    sa.Index("ix_records_queued", "flow_id", "queued_until", postgresql_where=sa.text("queued_until IS NOT NULL")),
    sa.Index(
        "ix_records_waits_for",
        "waits_for",
        postgresql_using="gin",
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    ),
    #: the first of them: without it, whoever lets many go may look for them from the beginning of all records
    sa.Index("ix_records_waiting", "id", postgresql_where=sa.text(WAITING)),
    sa.Index("ix_records_began_to_wait", "updated_at", postgresql_where=sa.text(WAITING)),
    #: the versions of a document that matter, however many it had
    sa.Index("ix_records_not_ended", "document_id", "version", postgresql_where=sa.text(NOT_ENDED)),
    #: how workers of an earlier release find them; a later one drops it
    sa.Index("ix_records_under_way", "document_id", "version", postgresql_where=sa.text(UNDER_WAY)),
    sa.Index("ix_records_dead", "document_id", "version", postgresql_where=sa.text("state = 'dead'")),
    sa.Index("ix_records_facts", "document_id", "version", postgresql_where=sa.text("(result -> 'facts') <> '{}'")),
    #: those that an earlier release wrote
    sa.Index(
        "ix_records_facts_unbound",
        "id",
        postgresql_where=sa.text("(result -> 'facts') <> '{}' AND NOT result ? 'bound'"),
    ),
    #: what somebody may have waited for
    sa.Index(
        "ix_records_arrived",
        "document_id",
        "finished_at",
        postgresql_where=sa.text("finished_at IS NOT NULL AND state <> 'superseded'"),
    ),
    sa.Index("ix_records_rejected", "finished_at", postgresql_where=sa.text("state = 'rejected'")),
    sa.Index("ix_records_lease_owner", "lease_owner", postgresql_where=sa.text("lease_owner IS NOT NULL")),
    sa.Index("ix_records_held_version", "document_id", postgresql_where=sa.text("hold = 'version'")),
    sa.Index("ix_records_flow_id_state_id", "flow_id", "state", "id"),
    sa.Index("ix_records_held", "hold", "flow_id", "state", "id", postgresql_where=sa.text("hold IS NOT NULL")),
    sa.Index("ix_records_run_id", "run_id"),
    *(
        sa.Index(
            f"ix_records_{payload}_key",
            sa.text(f"({KEY_ID.format(payload)})"),
            postgresql_where=sa.text(f"length({payload}) > 1"),
        )
        for payload in ("source_payload", "target_payload")
    ),
)

#: no key of its own: one would have to hold the month. Each partition has those of ``records``
all_records = sa.Table(
    "all_records",
    metadata,
    *(
        sa.Column(one.name, one.type, nullable=one.nullable, server_default=getattr(one.server_default, "arg", None))
        for one in records.columns
    ),
    postgresql_partition_by="LIST (archived_in)",
)
