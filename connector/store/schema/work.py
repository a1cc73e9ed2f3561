"""The work itself: runs, documents, attempts and dead letters."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from connector.domain.record import AttemptAnswer
from connector.store.schema.columns import NOW, TIME, claimable, count, id_column, made, metadata, text

WHOLE = "only_key IS NULL"
KEYED = "target_key IS NOT NULL"

runs = sa.Table(
    "runs",
    metadata,
    id_column(),
    sa.Column("flow_id", sa.ForeignKey("flows.id"), nullable=False),
    #: the slot of the schedule that asked for it; null for the others
    sa.Column("slot", TIME),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default="queued"),
    sa.Column("only_key", sa.Text),
    sa.Column("since", TIME),
    sa.Column("row_limit", sa.Integer),
    #: where the next slice starts, opaque
    sa.Column("position", JSONB),
    *claimable(),
    sa.Column("due_at", TIME, nullable=False, server_default=NOW),
    count("read"),
    count("new"),
    count("unchanged"),
    text("warning"),
    text("error"),
    #: why it is not going on now: "QAD asked us to slow down"
    text("why"),
    text("requested_by"),
    made(),
    sa.Column("started_at", TIME),
    #: since when it only waits for its pieces, and where the flow's cursor moves when they are stored
    sa.Column("listed_at", TIME),
    sa.Column("reached", TIME),
    sa.Column("finished_at", TIME),
    sa.CheckConstraint("reason IN ('schedule', 'manual', 'demand')", name="reason"),
    sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name="status"),
    sa.UniqueConstraint("flow_id", "slot"),
    sa.Index(
        "uq_runs_open_key",
        "flow_id",
        "only_key",
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'running') AND only_key IS NOT NULL"),
    ),
    #: a flow never runs twice at once
    sa.Index(
        "uq_runs_running",
        "flow_id",
        unique=True,
        postgresql_where=sa.text("status = 'running' AND only_key IS NULL"),
    ),
    sa.Index("ix_runs_due", "flow_id", "due_at", postgresql_where=sa.text("status = 'queued'")),
    sa.Index("ix_runs_due_whole", "flow_id", "due_at", postgresql_where=sa.text(f"status = 'queued' AND {WHOLE}")),
    sa.Index(
        "ix_runs_queued",
        "flow_id",
        "queued_until",
        postgresql_where=sa.text("status = 'queued' AND queued_until IS NOT NULL"),
    ),
    sa.Index("ix_runs_open", "flow_id", "created_at", postgresql_where=sa.text("status IN ('queued', 'running')")),
    sa.Index("ix_runs_whole", "flow_id", "created_at", postgresql_where=sa.text(WHOLE)),
    sa.Index("ix_runs_lease_owner", "lease_owner", postgresql_where=sa.text("lease_owner IS NOT NULL")),
    sa.Index("ix_runs_flow_id_created_at", "flow_id", "created_at"),
    sa.Index(
        "ix_runs_finished", "flow_id", "finished_at", postgresql_where=sa.text("status = 'done' AND only_key IS NULL")
    ),
    sa.Index("ix_runs_only_key", "flow_id", "only_key", "created_at", postgresql_where=sa.text("only_key IS NOT NULL")),
)

documents = sa.Table(
    "documents",
    metadata,
    id_column(),
    sa.Column("flow_id", sa.ForeignKey("flows.id"), nullable=False),
    sa.Column("source_key", sa.Text, nullable=False),
    #: the source's own id of the newest version, where several of its documents may be about one thing
    sa.Column("identity", sa.Text),
    #: the newest version read, and its fingerprint
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    #: the run that listed it last; kept only of what its source has once listed twice in one run
    sa.Column("listed_in", sa.Uuid),
    #: the link: what the target calls it
    sa.Column("target_id", sa.Text),
    #: the target's natural key, owned by one document of the flow
    sa.Column("target_key", sa.Text),
    #: authenticates the link (``link_binding``); null of a release that did not
    sa.Column("bound", BYTEA),
    #: while its records lie in the archive, what the newest of them says: its state, and its facts with what binds them
    sa.Column("archived", JSONB),
    #: the newest version the target took, and the fingerprint of what it was sent
    sa.Column("loaded_version", sa.Integer),
    sa.Column("loaded_fingerprint", sa.Text),
    #: the flow's version of the mapping that made it, or by which it was last found to need nothing
    sa.Column("mapping_version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("first_seen", TIME, nullable=False, server_default=NOW),
    #: when its newest version was read
    sa.Column("last_seen", TIME, nullable=False, server_default=NOW),
    sa.UniqueConstraint("flow_id", "source_key"),
    sa.Index("uq_documents_target_key", "flow_id", "target_key", unique=True, postgresql_where=sa.text(KEYED)),
    #: natural keys as systems compare their codes: without case
    sa.Index("ix_documents_target_key_upper", "flow_id", sa.text("upper(target_key)"), postgresql_where=sa.text(KEYED)),
    #: the numbers targets gave
    sa.Index("ix_documents_target_id", "flow_id", "target_id", postgresql_where=sa.text("target_id IS NOT NULL")),
    #: links that an earlier release wrote
    sa.Index("ix_documents_unbound", "id", postgresql_where=sa.text("target_id IS NOT NULL AND bound IS NULL")),
    sa.Index(
        "ix_documents_mapping_version",
        "flow_id",
        "mapping_version",
        postgresql_where=sa.text("loaded_version IS NOT NULL"),
    ),
)

# Each partition has a unique index on (document_id, number): Postgres has none over all of them without ``sent_at``.
attempts = sa.Table(
    "attempts",
    metadata,
    id_column(),
    sa.Column("record_id", sa.Uuid, nullable=False),  # no foreign key: its record may lie in the archive
    sa.Column("document_id", sa.ForeignKey("documents.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # 1, 2, 3 ... over all versions of the document
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("sent_at", TIME, primary_key=True),  # partitions go by it
    sa.Column("answered_at", TIME),
    sa.Column("answer", sa.Text),
    #: how often the target was asked about it without finding it, and when last
    count("asked"),
    sa.Column("asked_at", TIME),
    sa.Column("target_id", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("warning", sa.Text, server_default="", nullable=False),  # why a person should look at what it took
    sa.CheckConstraint(f"answer IN ({', '.join(repr(one.value) for one in AttemptAnswer)})", name="answer"),
    sa.Index("ix_attempts_of_record", "record_id"),
    sa.Index("ix_attempts_with_warning", "record_id", postgresql_where=sa.text("warning <> ''")),
    postgresql_partition_by="RANGE (sent_at)",
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    id_column(),
    sa.Column("record_id", sa.Uuid, nullable=False, index=True),
    sa.Column("flow_id", sa.ForeignKey("flows.id"), nullable=False),
    #: stable reason code: ``refused``, ``retries_exhausted``, ``worker_crashed``
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("suggestion", sa.Text, nullable=False),
    made(),
    sa.Column("resolved_at", TIME),
    #: what became of it: requeued, discarded, "a later version was loaded"
    sa.Column("resolution", sa.Text),
    sa.Column("resolved_by", sa.Text),
    sa.Index("uq_dead_letters_open", "record_id", unique=True, postgresql_where=sa.text("resolved_at IS NULL")),
    sa.Index("ix_dead_letters_open", "flow_id", "code", postgresql_where=sa.text("resolved_at IS NULL")),
    #: lists of all and of these, the newest first
    sa.Index("ix_dead_letters_newest", "created_at", "id"),
    sa.Index("ix_dead_letters_newest_open", "created_at", "id", postgresql_where=sa.text("resolved_at IS NULL")),
)

#: what arrived while more waited for it than could be released at once
releases = sa.Table(
    "releases",
    metadata,
    sa.Column("integration_id", sa.ForeignKey("integrations.id"), primary_key=True),
    #: as in records.waits_for
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("released_at", TIME, nullable=False, server_default=NOW),
    #: the last record that was released by beat, by id
    sa.Column("reached", sa.Uuid),
)
