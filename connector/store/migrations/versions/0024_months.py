"""Keep documents apart from their records, and them and attempts in a partition for each month.

The table of attempts becomes the first partition of the new one, as it is: none of its rows is read or written under a
lock. Documents that are there stay where they are; housekeeping moves them (``work.payloads``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from connector.store.migrations import definers, indexes
from connector.store.postgres.months import Month

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_KEY_ID = "(substr(substr(sealed, 1, 34), 1, 2 + get_byte(substr(sealed, 1, 34), 1)))"
_ANSWERS = "answer IN ('accepted', 'adopted', 'refused', 'not sent', 'unknown', 'not there')"
_PRIMARY, _BOUND = "attempts_earlier_pkey", "ck_attempts_earlier"
#: whoever may work with the table of before may do so with this one, before anything else is granted
_SAME_RIGHTS = """
DO $$
DECLARE login text;
BEGIN
    FOR login IN SELECT DISTINCT quote_ident(r.rolname)
                 FROM pg_class c CROSS JOIN aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
                 WHERE c.oid = '{before}'::regclass AND a.grantee <> c.relowner LOOP
        EXECUTE 'GRANT SELECT, INSERT, UPDATE ON {table} TO ' || login;
    END LOOP;
END
$$
"""
# Months of the documents that are there, by the record that was made first.
_MONTHS = """
SELECT payloads_make_month(CAST(m AS date))
FROM (SELECT min(created_at) AS oldest FROM (SELECT created_at FROM records ORDER BY id LIMIT 100) first) r,
     generate_series(date_trunc('month', r.oldest AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC', '1 month') m
"""


def upgrade() -> None:
    """Expand."""
    # first, because what comes before an index that is built beside the work is kept when that is interrupted
    indexes.create(_PRIMARY, "attempts", ["id", "sent_at"], unique=True)
    until = _bounded()
    op.add_column(
        "workers", sa.Column("keeps_apart", sa.Boolean(), server_default=sa.false(), nullable=False), if_not_exists=True
    )
    _make_payloads()
    _part_attempts(until)
    definers.create_later(op.get_bind())
    op.execute(_MONTHS)


def _bounded() -> str:
    """Say, while others write, before which moment all earlier attempts lie: some weeks from now at least."""
    newest = op.get_bind().execute(sa.text("SELECT greatest(now(), max(sent_at)) FROM attempts")).scalar_one()
    until = Month.of(newest.astimezone(dt.UTC).date()).following.following.first
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE attempts DROP CONSTRAINT IF EXISTS {_BOUND}")
        op.execute(f"ALTER TABLE attempts ADD CONSTRAINT {_BOUND} CHECK (sent_at < '{until} 00:00+00') NOT VALID")
        op.execute(f"ALTER TABLE attempts VALIDATE CONSTRAINT {_BOUND}")
    return until


def _make_payloads() -> None:
    op.create_table(
        "payloads",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "kind", "created_at", name="pk_payloads"),
        sa.CheckConstraint("kind IN ('source', 'target')", name=op.f("ck_payloads_kind")),
        postgresql_partition_by="RANGE (created_at)",
    )
    op.execute("ALTER TABLE payloads ALTER COLUMN sealed SET STORAGE EXTERNAL")
    where = sa.text("length(sealed) > 1")
    op.create_index("ix_payloads_sealed_key", "payloads", ["kind", sa.text(_KEY_ID)], postgresql_where=where)
    op.execute(f"CREATE TABLE payloads_default PARTITION OF payloads DEFAULT WITH ({definers.PAYLOADS_OPTIONS})")


def _part_attempts(until: str) -> None:
    """Make the table anew, of partitions, and its rows of before one of them; to everybody else this is one moment."""
    before = f"attempts_before_{until[:7].replace('-', '_')}"
    # where we and a worker wait for each other, we give up before Postgres chooses one of both
    op.execute("SET LOCAL lock_timeout = '800ms'")
    op.execute("ALTER TABLE attempts DROP CONSTRAINT pk_attempts")
    op.execute(f"ALTER TABLE attempts ADD PRIMARY KEY USING INDEX {_PRIMARY}")
    op.execute(f"ALTER TABLE attempts RENAME TO {before}")
    _make_attempts(["id", "sent_at"], postgresql_partition_by="RANGE (sent_at)")
    where = sa.text("warning <> ''")
    op.create_index("ix_attempts_of_record", "attempts", ["record_id"])
    op.create_index("ix_attempts_with_warning", "attempts", ["record_id"], postgresql_where=where)
    op.execute(_SAME_RIGHTS.format(before=before, table="attempts"))
    op.execute(f"ALTER TABLE attempts ATTACH PARTITION {before} FOR VALUES FROM (MINVALUE) TO ('{until} 00:00+00')")
    op.execute("CREATE TABLE attempts_default PARTITION OF attempts (UNIQUE (document_id, number)) DEFAULT")


def _make_attempts(key: list[str], **options: Any) -> None:  # noqa: ANN401 - as create_table takes them
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text()),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("target_id", sa.Text()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_attempts"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_attempts_record_id"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_attempts_document_id"),
        sa.CheckConstraint(_ANSWERS, name=op.f("ck_attempts_answer")),
        **options,
    )


def downgrade() -> None:
    """Go back."""
    definers.drop_later(op.get_bind())
    op.execute("ALTER TABLE attempts RENAME TO parted")
    op.execute("ALTER TABLE parted DROP CONSTRAINT pk_attempts")
    _make_attempts(["id"])
    columns = (
        "id, record_id, document_id, number, key, fingerprint, sent_at, answered_at, answer, asked, asked_at, "
        "target_id, actor, warning"
    )
    op.execute(f"INSERT INTO attempts ({columns}) SELECT {columns} FROM parted")  # noqa: S608  constant parts only
    op.execute(_SAME_RIGHTS.format(before="parted", table="attempts"))
    op.drop_table("parted")
    op.create_unique_constraint("uq_attempts_document_id_number", "attempts", ["document_id", "number"])
    op.create_index("ix_attempts_record_id", "attempts", ["record_id"])
    op.create_index("ix_attempts_warned", "attempts", ["record_id"], postgresql_where=sa.text("warning <> ''"))
    for which in ("source", "target"):
        op.execute(
            f"UPDATE records r SET {which}_payload = p.sealed FROM payloads p "  # noqa: S608  constant parts only
            f"WHERE p.record_id = r.id AND p.kind = '{which}' AND p.created_at = r.created_at "
            f"AND r.{which}_payload IS NULL"
        )
    op.drop_table("payloads")
    op.drop_column("workers", "keeps_apart")
