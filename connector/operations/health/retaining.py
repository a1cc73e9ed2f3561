"""``db retain``: remove what is older than it is to be kept, while everything runs; killed, it goes on where it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.retained_payloads import MonthRemoved
    from connector.store.operator.retained_records import RecordsRemoved

    #: is told what is removed, how much of it was looked at, and of how much
    Report = Callable[[str, int, int], None]

#: of a month that somebody has open (a backup, ``audit verify``) so many tries are made, each waits a second
TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Retained:
    """What is gone."""

    #: months of documents that are gone, and how many these were
    months: list[str] = field(default_factory=list)
    documents: int = 0
    #: documents of those months that stay, because they are under way or dead
    needed: int = 0
    #: months that somebody had open; the next time they go
    busy: list[str] = field(default_factory=list)
    #: records that are gone, and those of which only the row is left for their link
    records: int = 0
    bare: int = 0
    runs: int = 0
    #: messages that systems sent, of which only the row is left
    messages: int = 0


def retain(
    operator: Operator,
    *,
    payload_days: int,
    record_days: int,
    now: dt.datetime | None = None,
    report: Report = lambda _what, _done, _total: None,
) -> Retained:
    """Remove documents after so many days and records after so many; 0 keeps them for ever.

    Raises ConfigurationError where records would go before their documents.
    """
    if record_days and not 0 < payload_days <= record_days:
        theirs = f"after {payload_days}" if payload_days else "never"
        raise ConfigurationError(
            f"Records go after {record_days} days and their documents {theirs}: keep documents no longer than records "
            "(ML_CONNECTOR_KEEP_DOCUMENTS_DAYS)."
        )
    with operator.transaction() as tx:
        now = now or tx.now
    months: list[str] = []
    busy: list[str] = []
    removed = needed = 0
    if payload_days:
        for one in _remove_months(operator, now - dt.timedelta(days=payload_days), report):
            (busy if one.busy else months).append(one.month)
            removed, needed = removed + one.removed, needed + one.kept
    messages = _remove_messages(operator, now - dt.timedelta(days=payload_days)) if payload_days else 0
    records = bare = runs = 0
    if record_days:
        before = now - dt.timedelta(days=record_days)
        records, bare = _remove_records(operator, before, report)
        runs = _remove_rest(operator, before)
    found = Retained(
        months=months,
        documents=removed,
        needed=needed,
        busy=busy,
        records=records,
        bare=bare,
        runs=runs,
        messages=messages,
    )
    if payload_days:
        with operator.transaction() as tx:
            ledger.amiss.note_retained(tx, asdict(found))
    return found


def _remove_months(operator: Operator, before: dt.datetime, report: Report) -> list[MonthRemoved]:
    with operator.transaction() as tx:
        over = ledger.retained_payloads.months_over(tx, before)
    found = []
    for number, month in enumerate(over, 1):
        with operator.transaction() as tx:
            more = ledger.retained_payloads.holds_more(tx, month)
        for _ in range(TRIES if more else 0):
            with operator.transaction() as tx:
                removed = ledger.retained_payloads.remove_month(tx, month)
            if not removed.busy:
                break
        if more:
            found.append(removed)
        report("months of documents", number, len(over))
    return found


def _remove_records(operator: Operator, before: dt.datetime, report: Report) -> tuple[int, int]:
    with operator.transaction() as tx:
        total = ledger.retained_records.old_records(tx, before)
    reached, looked_at, records, bare = ledger.retained_records.begin(), 0, 0, 0
    while True:
        one = _remove_next(operator, reached, before)
        if one.reached is None:
            return records, bare
        reached, looked_at = one.reached, looked_at + one.looked_at
        records, bare = records + one.removed, bare + one.bare
        report("records", looked_at, max(total, looked_at))


def _remove_messages(operator: Operator, before: dt.datetime) -> int:
    systems, removed = registry.handing_over(), 0
    reached: UUID | None = ledger.retained_messages.BEGINNING
    while reached is not None:
        reached, gone = _remove_messages_after(operator, systems, reached, before)
        removed += gone
    return removed


def _remove_messages_after(
    operator: Operator, systems: tuple[str, ...], after: UUID, before: dt.datetime
) -> tuple[UUID | None, int]:
    return operator.transact(lambda tx: ledger.retained_messages.remove_next(tx, systems, after=after, before=before))


def _remove_next(operator: Operator, after: UUID, before: dt.datetime) -> RecordsRemoved:
    keys = operator.application.vault
    return operator.transact(lambda tx: ledger.retained_records.remove_next(tx, keys, after=after, before=before))


def _remove_rest(operator: Operator, before: dt.datetime) -> int:
    runs = 0
    while removed := operator.transact(lambda tx: ledger.retained_records.remove_runs(tx, before)):
        runs += removed
    with operator.transaction() as tx:
        ledger.retained_records.remove_passed(tx, before)
    with operator.transaction() as tx:
        ledger.retained_records.drop_empty_months(tx, before)
    return runs
