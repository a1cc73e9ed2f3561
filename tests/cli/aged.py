"""Records that were made long ago: what the product wrote, under other times."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.store.postgres.months import Month
from tests.privileged import tampering, working_as

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene


def aged(scene: Scene, moment: dt.datetime, *records: UUID) -> None:
    """Let these records have been made, sent and ended at a moment; the months of that time are made first."""
    with working_as(scene.ledger) as superuser:
        for table in ("attempts", "payloads"):
            month = Month.of(moment.date()).first
            superuser.exec_driver_sql(f"SELECT {table}_make_month(CAST('{month}' AS date))")
    with tampering(scene.ledger) as superuser:
        of = {"at": moment, "of": list(records)}
        for statement in (
            "UPDATE payloads SET created_at = %(at)s WHERE record_id = ANY(%(of)s)",
            "UPDATE attempts SET sent_at = %(at)s WHERE record_id = ANY(%(of)s)",
            """UPDATE records SET created_at = %(at)s,
                      finished_at = CASE WHEN finished_at IS NOT NULL THEN %(at)s END WHERE id = ANY(%(of)s)""",
            """UPDATE runs SET finished_at = %(at)s, created_at = %(at)s
                WHERE id IN (SELECT run_id FROM records WHERE id = ANY(%(of)s))""",
        ):
            superuser.exec_driver_sql(statement, of)


def months_later(today: dt.datetime, months: int) -> dt.datetime:
    """The middle of a month that is so many months after that of a day."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return dt.datetime(year, month + 1, 15, tzinfo=dt.UTC)
