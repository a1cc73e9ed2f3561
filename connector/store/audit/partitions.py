"""What the monthly partitions of the audit trail have beyond others: they refuse to be emptied."""

from __future__ import annotations

import sqlalchemy as sa


def protect(connection: sa.Connection, table: str) -> None:
    """Refuse TRUNCATE of one partition; row triggers come from the parent by themselves."""
    connection.execute(
        sa.text(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    )
