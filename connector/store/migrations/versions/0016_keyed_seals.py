"""Seals under a key; heads of subjects without a record; partitions made by the owner for whoever logs in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from connector.store.migrations import definers

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Writers wait for no more than the moment in which the trigger is made: what it does not see, this reads afterwards.
_HEADS_SO_FAR = """
INSERT INTO audit_heads (subject, hash)
SELECT DISTINCT ON (subject) subject, hash FROM audit_events WHERE strpos(subject, ':') > 0 ORDER BY subject, id DESC
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """Expand."""
    op.add_column("audit_seals", sa.Column("key_id", sa.Text(), nullable=True))
    op.add_column("audit_seals", sa.Column("mac", postgresql.BYTEA(), nullable=True))
    op.create_table(
        "audit_newest_seal",
        sa.Column("sole", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("sole", name=op.f("pk_audit_newest_seal")),
        sa.CheckConstraint("sole", name=op.f("ck_audit_newest_seal_sole")),
    )
    op.create_table(
        "audit_heads",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_audit_heads")),
    )
    definers.create(op.get_bind())
    with op.get_context().autocommit_block():
        op.execute(definers.TRIGGER)
        op.execute(_HEADS_SO_FAR)


def downgrade() -> None:
    """Go back."""
    op.execute("DROP TRIGGER audit_events_head ON audit_events")
    definers.drop(op.get_bind())
    op.drop_table("audit_heads")
    op.drop_table("audit_newest_seal")
    op.drop_column("audit_seals", "mac")
    op.drop_column("audit_seals", "key_id")
