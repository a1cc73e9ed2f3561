"""Find the versions of a document that are under way by an index that nothing else is found by."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TABLE = "records"
_NOT_ENDED = "state NOT IN ('done', 'rejected', 'dead', 'superseded', 'cancelled', 'skipped')"
_UNDER_WAY = "state IN ('extracted', 'mapped', 'loaded')"


def upgrade() -> None:
    """Expand: workers of the release before find them by the index on all versions meanwhile."""
    indexes.create("ix_records_not_ended", _TABLE, ["document_id", "version"], _NOT_ENDED)
    _drop("ix_records_under_way")


def downgrade() -> None:
    """Go back."""
    indexes.create("ix_records_under_way", _TABLE, ["document_id", "version"], _UNDER_WAY)
    _drop("ix_records_not_ended")


def _drop(index: str) -> None:
    with op.get_context().autocommit_block():
        op.drop_index(index, table_name=_TABLE, postgresql_concurrently=True, if_exists=True)
