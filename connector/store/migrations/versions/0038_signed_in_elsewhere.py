"""Let operators be known by what an identity provider calls them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations import indexes

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("operators", sa.Column("issuer", sa.Text()), if_not_exists=True)
    op.add_column("operators", sa.Column("subject", sa.Text()), if_not_exists=True)
    indexes.create("uq_operators_subject", "operators", ["issuer", "subject"], unique=True)


def downgrade() -> None:
    """Go back."""
    op.drop_index("uq_operators_subject", "operators")
    op.drop_column("operators", "subject")
    op.drop_column("operators", "issuer")
