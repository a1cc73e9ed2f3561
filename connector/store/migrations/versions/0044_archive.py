"""Let records that ended long ago lie apart from the work, in a partition for each month in which they ended.

The table of records becomes one partition of ``all_records``, as it is: none of its rows is read under a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from connector.store.migrations import definers
from connector.store.postgres import waiting

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_CHECK = "ck_records_archived_in"
_LOOKED_THROUGH = sa.text(
    "SELECT convalidated FROM pg_constraint WHERE conrelid = CAST('records' AS regclass) AND conname = :name"
)
#: what lies in the archive is not where a foreign key would look for it
_KEYS = {"attempts": "fk_attempts_record_id", "dead_letters": "fk_dead_letters_record_id"}


def upgrade() -> None:
    """Expand."""
    op.add_column("documents", sa.Column("archived", postgresql.JSONB()), if_not_exists=True)
    op.add_column("records", sa.Column("archived_in", sa.Date()), if_not_exists=True)
    op.add_column(
        "workers", sa.Column("archives", sa.Boolean(), server_default=sa.false(), nullable=False), if_not_exists=True
    )
    _no_month_yet()
    # where we and a worker wait for each other, we give up before Postgres chooses one of both
    op.execute("SET LOCAL lock_timeout = '800ms'")
    for table, key in _KEYS.items():
        op.drop_constraint(key, table)
    op.execute("CREATE TABLE all_records (LIKE records INCLUDING DEFAULTS) PARTITION BY LIST (archived_in)")
    op.execute("ALTER TABLE all_records ATTACH PARTITION records FOR VALUES IN (NULL)")
    definers.create_archive(op.get_bind())


def _no_month_yet() -> None:
    """Say so of all records, which are read while others write: once, however often the rest does not come about."""
    with op.get_context().autocommit_block():
        looked_through = op.get_bind().execute(_LOOKED_THROUGH, {"name": _CHECK}).scalar_one_or_none()
        if looked_through:
            return
        if looked_through is None:
            op.execute(f"ALTER TABLE records ADD CONSTRAINT {_CHECK} CHECK (archived_in IS NULL) NOT VALID")
        with waiting.patient(op.get_bind(), "Looking through all records", context.config.attributes["tell"]):
            op.execute(f"ALTER TABLE records VALIDATE CONSTRAINT {_CHECK}")


def downgrade() -> None:
    """Go back."""
    definers.drop_archive(op.get_bind())
    op.execute("UPDATE all_records SET archived_in = NULL WHERE archived_in IS NOT NULL")
    op.execute("ALTER TABLE all_records DETACH PARTITION records")
    op.drop_table("all_records")
    for table, key in _KEYS.items():
        op.create_foreign_key(key, table, "records", ["record_id"], ["id"])
    op.drop_constraint(_CHECK, "records")
    op.drop_column("records", "archived_in")
    op.drop_column("documents", "archived")
    op.drop_column("workers", "archives")
