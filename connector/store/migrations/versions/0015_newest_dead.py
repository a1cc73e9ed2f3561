"""Find the newest dead letters by an index, however many there are."""

from __future__ import annotations

from alembic import op

from connector.store.migrations import indexes

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_dead_letters_newest", ""),
    ("ix_dead_letters_newest_open", "resolved_at IS NULL"),
)


def upgrade() -> None:
    """Expand."""
    for name, where in _INDEXES:
        indexes.create(name, "dead_letters", ["created_at", "id"], where)


def downgrade() -> None:
    """Go back."""
    for name, _ in _INDEXES:
        op.drop_index(name, table_name="dead_letters")
