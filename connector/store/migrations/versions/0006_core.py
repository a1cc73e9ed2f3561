"""Remember what a source lists twice, what is read again, what is released, and since when a record is on its way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_UNDER_WAY = "state IN ('extracted', 'mapped', 'loaded')"


def upgrade() -> None:
    """Expand."""
    op.add_column("documents", sa.Column("listed_in", sa.Uuid(), nullable=True))
    op.add_column("records", sa.Column("reread", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "records", sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    )
    op.execute(f"UPDATE records SET begun_at = created_at WHERE {_UNDER_WAY}")  # noqa: S608  constant parts only
    op.create_table(
        "releases",
        sa.Column("integration_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name="fk_releases_integration_id"),
        sa.PrimaryKeyConstraint("integration_id", "subject", name="pk_releases"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("releases")
    op.drop_column("records", "begun_at")
    op.drop_column("records", "reread")
    op.drop_column("documents", "listed_in")
