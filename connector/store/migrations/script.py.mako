"""${message}.

Expand, then contract: workers of the previous release keep working on this schema while we deploy. So this migration
may add tables, nullable columns, columns with a constant default, and indexes (CONCURRENTLY on tables that hold
records). Renaming, dropping and tightening come one release later, when nobody reads the old shape any more. It runs
under a lock timeout of 4 seconds: take no lock that waits behind a long transaction.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Expand."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Go back."""
    ${downgrades if downgrades else "pass"}
