"""Documents of months that are over go with their partition; what somebody still needs of such a month stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import StoreUnavailable
from connector.store.operator import audit
from connector.store.postgres.months import IN_USE, PAYLOADS, Month
from connector.store.schema.conditions import NOT_ENDED

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.operator.transaction import OperatorTransaction

SUBJECT = "retention:payloads"
EVENT = "retention.removed_payloads"
#: a table that somebody has for longer is left for the next time
_PATIENCE = "1s"

_MONTHS = f"""
SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = '{PAYLOADS.table}'::regclass AND c.relname ~ '^{PAYLOADS.table}_[0-9]{{4}}_[0-9]{{2}}$'
 ORDER BY c.relname
"""  # noqa: S608  constant parts only
#: records that are under way, or have a dead letter that nobody has dealt with
_NEEDED = f"""
SELECT r.id FROM records r WHERE r.{NOT_ENDED}
UNION SELECT l.record_id FROM dead_letters l WHERE l.resolved_at IS NULL
"""  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class MonthRemoved:
    """What became of a month of documents."""

    month: str
    #: documents that are gone, and those that stay because somebody needs them; nothing when nothing was to be done
    removed: int = 0
    kept: int = 0
    #: somebody had the table for too long
    busy: bool = False


def months_over(tx: OperatorTransaction, before: dt.datetime) -> list[str]:
    """Months (``2026-01``) whose last day is before a moment, the oldest first."""
    names = [row["name"][len(PAYLOADS.table) + 1 :] for row in tx.mappings(_MONTHS)]
    found = [Month(int(name[:4]), int(name[5:])) for name in names]
    last = before.date().isoformat()
    return [month.first[:7] for month in found if month.following.first <= last]


def oldest_over(tx: OperatorTransaction, before: dt.datetime) -> str:
    """The oldest month whose last day is before a moment and of which any document is there; empty: none."""
    for month in months_over(tx, before):
        row = tx.mapping(f"SELECT EXISTS (SELECT FROM {PAYLOADS.partition(_month(month))}) AS there")  # noqa: S608  a name that we made
        if row is not None and row["there"]:
            return month
    return ""


def holds_more(tx: OperatorTransaction, month: str) -> bool:
    """Whether a month holds documents that nobody needs."""
    tx.take_time(None)
    table = PAYLOADS.partition(_month(month))
    query = f"""
    WITH needed AS MATERIALIZED ({_NEEDED})
    SELECT EXISTS (SELECT FROM {table} p WHERE NOT EXISTS (SELECT FROM needed n WHERE n.id = p.record_id)) AS more
    """  # noqa: S608  constant parts, and a name that we made
    row = tx.mapping(query)
    return row is not None and bool(row["more"])


def remove_month(tx: OperatorTransaction, month: str) -> MonthRemoved:
    """Remove a month as a whole, and put back what somebody needs; to everybody else this is one moment.

    Killed midway, all of it is still there. The certificate is in the same transaction.
    """
    table, tx_month = PAYLOADS.partition(_month(month)), _month(month)
    tx.take_time(None)
    try:
        tx.run("SELECT set_config('lock_timeout', :patience, true)", patience=_PATIENCE)
        tx.run(f"LOCK TABLE {PAYLOADS.table} IN ACCESS EXCLUSIVE MODE")
    except StoreUnavailable as busy:
        if busy.evidence.get("sqlstate") not in IN_USE:
            raise
        return MonthRemoved(month=month, busy=True)
    tx.run(
        f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS "  # noqa: S608  constant parts, and a name that we made
        f"SELECT p.* FROM {table} p JOIN ({_NEEDED}) n ON n.id = p.record_id"
    )
    counted = tx.mapping(f"SELECT (SELECT count(*) FROM {table}) AS rows, (SELECT count(*) FROM kept) AS kept")  # noqa: S608  likewise
    rows, kept = (counted["rows"], counted["kept"]) if counted else (0, 0)
    tx.run(f"DROP TABLE {table}")
    if kept:
        tx.run(f"SELECT {PAYLOADS.make.partition('(')[0]}(CAST(:month AS date))", month=tx_month.first)
        tx.run(f"INSERT INTO {PAYLOADS.table} SELECT * FROM kept")  # noqa: S608  constant parts only
    audit.note(tx, SUBJECT, EVENT, {"month": month, "removed": rows - kept, "kept": kept})
    return MonthRemoved(month=month, removed=rows - kept, kept=kept)


def _month(text: str) -> Month:
    return Month(int(text[:4]), int(text[5:7]))
