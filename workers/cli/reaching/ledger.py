"""The ledger itself: operations, in the name of whoever works at this machine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.cli.session import current_operator

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.operations.work.dead_letters import Requeued
    from connector.operations.work.needs import Need
    from connector.operations.work.reconciled import Reconciled
    from connector.operations.work.records import Shown
    from connector.operations.work.runs import Filter as Runs
    from connector.operations.work.runs import Progress, Started
    from connector.operations.work.settling import Settled
    from connector.store.audit.recomputing import Report
    from connector.store.operator.audit import AuditEvent
    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.dead_letters import Filter as Letters
    from connector.store.operator.flows import Flow
    from connector.store.operator.records import Filter, Record
    from connector.store.operator.runs import Run


#: of a list: there are more than are shown, and nobody counted how many
UNCOUNTED = -1


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A flow, and what is to be known of it."""

    flow: Flow
    older: int
    unchecked: tuple[str, ...]
    lacks: tuple[str, ...]


class Ledger:
    """What commands do, done here."""

    def __init__(self) -> None:
        self._operator = current_operator()

    def needs(self, now: dt.datetime) -> list[Need]:
        """What needs a person."""
        from connector.config import load_settings  # noqa: PLC0415 - for those who use it
        from connector.operations.work import needs  # noqa: PLC0415 - for those who use it

        long = dt.timedelta(hours=load_settings().longest_unfinished_hours)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return needs.list_(self._operator, today=today, long_ago=now - long)

    def flows(self, integration: str | None) -> tuple[list[Flow], Mapping[UUID, int]]:
        """Flows, and how many documents an older mapping loaded."""
        from connector.operations.setup import flows  # noqa: PLC0415 - for those who use it

        found = flows.list_(self._operator, integration)
        return found, flows.otherwise(self._operator, found)

    def flow(self, name: str) -> Detail:
        """One flow."""
        from connector.operations.setup import flows  # noqa: PLC0415 - for those who use it

        found = flows.get(self._operator, name)
        return Detail(
            flow=found,
            older=flows.otherwise(self._operator, [found]).get(found.id, 0),
            unchecked=flows.unchecked(self._operator, found),
            lacks=flows.lacks(self._operator, found),
        )

    def switch(self, name: str, *, enabled: bool) -> Flow:
        """Switch a flow on or off."""
        from connector.operations.setup import flows  # noqa: PLC0415 - for those who use it

        return flows.switch(self._operator, name, enabled=enabled)

    def hold(self, name: str, why: str) -> Flow:
        """Hold a flow."""
        from connector.operations.setup import flows  # noqa: PLC0415 - for those who use it

        return flows.hold(self._operator, name, why)

    def start(self, name: str, *, since: dt.datetime | None, limit: int | None) -> Started:
        """Queue a run."""
        from connector.operations.work import runs  # noqa: PLC0415 - for those who use it

        return runs.start(self._operator, name, since=since, limit=limit)

    def list_runs(self, wanted: Runs, *, flow: str | None, most: int) -> tuple[list[Run], int | None]:
        """Runs, and how many there are; None where nobody counted."""
        from connector.operations.work import runs  # noqa: PLC0415 - for those who use it

        found = runs.list_(self._operator, wanted, flow=flow, most=most)
        return found, runs.count(self._operator, wanted, flow=flow) if len(found) >= most else None

    def progress(self, run: UUID) -> Progress:
        """How far a run is."""
        from connector.operations.work import runs  # noqa: PLC0415 - for those who use it

        return runs.progress(self._operator, run)

    def needing_somebody(self, run: UUID, *, most: int) -> list[Record]:
        """Records of a run that are not where they should be."""
        from connector.operations.work import runs  # noqa: PLC0415 - for those who use it

        return runs.needing_somebody(self._operator, run, most=most)

    def list_records(self, wanted: Filter) -> tuple[list[Record], int | None]:
        """Records, and how many there are."""
        from connector.operations.work import records  # noqa: PLC0415 - for those who use it

        found = records.list_(self._operator, wanted)
        return found, records.count(self._operator, wanted) if len(found) >= wanted.most else None

    def record_meant(self, text: str) -> UUID:
        """The record that is meant."""
        from connector.operations.work import meant  # noqa: PLC0415 - for those who use it

        return meant.record(self._operator, text)

    def record(self, record: UUID, *, payloads: bool) -> Shown:
        """One record."""
        from connector.operations.work import records  # noqa: PLC0415 - for those who use it

        return records.get(self._operator, record, payloads=payloads)

    def replay(self, record: UUID, why: str) -> Record:
        """Send it on its way once more."""
        from connector.operations.work import records  # noqa: PLC0415 - for those who use it

        return records.replay(self._operator, record, why=why)

    def letters(self, wanted: Letters, *, most: int, resolved: bool) -> tuple[list[DeadLetter], int | None]:
        """Dead letters, and how many there are."""
        from connector.operations.work import dead_letters  # noqa: PLC0415 - for those who use it

        found = dead_letters.list_(self._operator, wanted, most=most, resolved=resolved)
        there = dead_letters.count(self._operator, wanted, resolved=resolved) if len(found) >= most else None
        return found, there

    def letter_meant(self, text: str) -> UUID:
        """The dead letter that is meant."""
        from connector.operations.work import meant  # noqa: PLC0415 - for those who use it

        return meant.letter(self._operator, text)

    def letter(self, letter: UUID) -> DeadLetter:
        """One dead letter."""
        from connector.operations.work import dead_letters  # noqa: PLC0415 - for those who use it

        return dead_letters.get(self._operator, letter)

    def select(self, wanted: Letters) -> tuple[Letters, int]:
        """Which are meant, and how many."""
        from connector.operations.work import dead_letters  # noqa: PLC0415 - for those who use it

        return dead_letters.select(self._operator, wanted)

    def discarded(self, wanted: Letters) -> list[DeadLetter]:
        """Those of them that somebody discarded."""
        from connector.operations.work import dead_letters  # noqa: PLC0415 - for those who use it

        return dead_letters.discarded(self._operator, wanted)

    def requeue(self, fixed: Letters, why: str) -> Generator[Requeued]:
        """Send them on their way again."""
        from connector.operations.work import dead_letters  # noqa: PLC0415 - for those who use it

        return dead_letters.requeue(self._operator, fixed, why=why)

    def discard(self, letter: UUID, why: str) -> DeadLetter:
        """Close one."""
        from connector.operations.work import dead_letters  # noqa: PLC0415 - for those who use it

        return dead_letters.discard(self._operator, letter, why)

    def settle(self, letter: UUID, *, attempt: int, there: str | None) -> Settled:
        """Say whether a write in doubt happened."""
        from connector.operations.work import settling  # noqa: PLC0415 - for those who use it

        return settling.settle(self._operator, letter, attempt=attempt, there=there)

    def reconcile(self, of: str | None, period: Period, *, live: bool, report: Report) -> list[Reconciled]:
        """Compare a period."""
        from connector.operations.work import reconciling  # noqa: PLC0415 - for those who use it

        return reconciling.reconcile(self._operator, of, period, live=live, report=report)

    def history(self, subject: str, *, since: dt.datetime | None, until: dt.datetime | None) -> list[AuditEvent]:
        """What happened to one thing."""
        from connector.operations.work import audit  # noqa: PLC0415 - for those who use it

        return audit.history(self._operator, subject, since=since, until=until)

    def walk(self, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
        """Every event of a period."""
        from connector.operations.work import audit  # noqa: PLC0415 - for those who use it

        return audit.walk(self._operator, since=since, until=until)
