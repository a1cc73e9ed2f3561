"""Find the versions of a document that are under way by an index that nothing else is found by."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_records_not_ended", "records"
_NOT_ENDED = "state NOT IN ('done', 'rejected', 'dead', 'superseded', 'cancelled', 'skipped')"


def upgrade() -> None:
    """Expand: ``ix_records_under_way`` stays for workers of the release before."""
    indexes.create(_INDEX, _TABLE, ["document_id", "version"], _NOT_ENDED)


def downgrade() -> None:
    """Go back."""
    op.drop_index(_INDEX, table_name=_TABLE)
