"""Pushes are whole states by QAD's clock, in whatever order they arrive: the newest counts, or a person is asked."""

from __future__ import annotations

import datetime as dt

from connector.ports import Kept
from connector.systems.qad_ee.system import SYSTEM
from tests.inboxes import InboxInMemory
from tests.systems.qad_ee.test_reading import INVOICE, LINE
from tests.systems.qad_ee.test_receiving import arrived, connection, pushed

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


class Day:
    """An inbox at noon, by our clock; pushes are stamped so many minutes from then by QAD's."""

    def __init__(self) -> None:
        self.inbox = InboxInMemory(now=lambda: NOON)
        self.receiver = SYSTEM.receiver(connection())  # type: ignore[attr-defined]

    def push(self, event: str, status: str, minute: int | None) -> Kept:
        at = "soon" if minute is None else f"{NOON + dt.timedelta(minutes=minute):%Y-%m-%dT%H:%M:%S.000+0000}"
        body = pushed(INVOICE.format(LINE.format(status, 1)), event=event, at=at)
        return self.inbox.keep(self.receiver.read(arrived(body)), body)

    @property
    def stands(self) -> str:
        (one,) = self.inbox.read("invoices")
        return one.id.partition(":")[0]


def test_an_older_state_that_comes_late_overtakes_nothing_and_asks_nobody() -> None:
    day = Day()
    assert day.push("new", "FINISHED", -1) is Kept.NEW
    assert day.push("old", "INITIAL", -2) is Kept.NEW
    assert day.stands == "new"
    assert day.push("newer", "INITIAL", 0) is Kept.NEW
    assert day.stands == "newer"


def test_where_qads_clock_is_ahead_or_silent_a_person_is_asked_and_the_same_state_again_is_nobodys_business() -> None:
    ahead, silent = Day(), Day()
    ahead.push("new", "FINISHED", 5)
    assert ahead.push("old", "INITIAL", 4) is Kept.DOUBTED
    silent.push("new", "FINISHED", -1)
    assert silent.push("old or new", "INITIAL", None) is Kept.DOUBTED
    assert ahead.stands == silent.stands == "new"
    assert silent.push("the same", "FINISHED", -3) is Kept.NEW
