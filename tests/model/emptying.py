"""Every example begins with nothing; emptying a ledger is much faster than making a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tests.privileged import tampering

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

_KEPT = ("connections", "integrations", "flows")


def emptied(bench: Bench) -> None:
    """All that happened is forgotten; what was set up stays."""
    with tampering(bench.ledger) as connection:  # the audit trail refuses it
        names = connection.execute(
            sa.text(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(:kept) "
                "AND tablename NOT LIKE 'audit_events_%' AND tablename <> 'alembic_version'"
            ),
            {"kept": list(_KEPT)},
        ).scalars()
        for name in names:
            connection.execute(sa.text(f"DELETE FROM {name}"))  # noqa: S608  names of our own tables
        connection.execute(sa.text("UPDATE flows SET cursor = NULL, next_due_at = NULL"))
        connection.execute(
            sa.text("UPDATE connections SET paused_until = NULL, paused_why = NULL, failures = 0, stopped_why = NULL")
        )
