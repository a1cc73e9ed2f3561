"""Whatever the clocks of senders say: the last word about a document counts, or a person is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ports import Kept, Message
from tests.inboxes import InboxInMemory

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
ZERO = dt.timedelta(0)


@dataclass
class Arriving:
    """An inbox whose clock a test sets."""

    moment: dt.datetime = NOON

    def __post_init__(self) -> None:
        self.inbox = InboxInMemory(now=lambda: self.moment)
        self.numbers: dict[str, int] = {}

    def come(self, name: str, says: str, stands_at: dt.datetime | None, *, snapshot: bool = False) -> Kept:
        self.numbers[name] = len(self.numbers) + 1
        sent = Message(entity="invoices", id=name, key="K", stands_at=stands_at, snapshot=snapshot)
        return self.inbox.keep(sent, says.encode())

    @property
    def stands(self) -> str:
        (standing,) = self.inbox.read("invoices")
        return standing.body.decode()

    def told(self, name: str) -> bool:
        return self.numbers[name] in self.inbox.doubted


def words(*, most: int = 6) -> st.SearchStrategy[list[str]]:
    """What messages say: some say the same again."""
    return st.lists(st.sampled_from("ABC"), min_size=1, max_size=most)


SKEWS = st.one_of(
    st.none(),
    st.timedeltas(-DAY * 400, DAY * 400),
    st.timedeltas(-MINUTE * 5, MINUTE * 5),
    st.sampled_from([ZERO, dt.timedelta(hours=9), -dt.timedelta(hours=5)]),
)


@given(words(), st.data())
def test_what_is_said_last_counts_or_a_person_is_told_whatever_each_clock_says(said: list[str], data: Any) -> None:
    here = Arriving()
    for number, says in enumerate(said):
        here.moment += data.draw(st.timedeltas(ZERO, MINUTE * 60))
        skew = data.draw(SKEWS)
        kept = here.come(str(number), says, None if skew is None else here.moment + skew)

        assert here.stands == says or here.told(str(number)), "nothing that was taken is read by nobody"
        assert here.told(str(number)) is (kept is Kept.DOUBTED)


@given(words(), st.timedeltas(-DAY * 3, DAY * 3), st.data())
def test_of_states_by_one_clock_the_newest_counts_or_a_person_is_told_in_whatever_order_they_come(
    said: list[str], skew: dt.timedelta, data: Any
) -> None:
    made = sorted(data.draw(st.sets(st.integers(0, 3000), min_size=len(said), max_size=len(said))))
    silent = data.draw(st.none() | st.sampled_from(range(len(said))))
    arrivals = sorted(
        (NOON + made[number] * MINUTE + data.draw(st.timedeltas(ZERO, MINUTE * 1400)), number)
        for number in range(len(said))
    )
    here = Arriving()
    for moment, number in arrivals:
        here.moment = moment
        stamp = None if number == silent else NOON + made[number] * MINUTE + skew
        here.come(str(number), said[number], stamp, snapshot=True)

    newest = len(said) - 1
    assert here.stands == said[newest] or here.told(str(newest))
    if silent is None and skew <= ZERO:
        assert here.stands == said[newest]
        assert not here.inbox.doubted, "an older state that comes late is nobody's business"


@pytest.mark.parametrize("snapshot", [True, False])
def test_an_invoice_from_the_future_blocks_no_correction(*, snapshot: bool) -> None:
    here = Arriving()
    here.come("invoice", "A", NOON.replace(year=2099), snapshot=snapshot)
    here.moment += MINUTE
    assert here.come("correction", "B", here.moment, snapshot=snapshot) is Kept.NEW
    assert here.stands == "B"
    assert here.come("again", "A", NOON.replace(year=2099), snapshot=snapshot) is Kept.NEW
    assert here.stands == "A"


@pytest.mark.parametrize("stamp", [None, NOON - MINUTE, NOON])
def test_a_delete_with_an_early_or_no_clock_is_never_read_by_nobody(stamp: dt.datetime | None) -> None:
    here = Arriving()
    here.come("invoice", "new", NOON)
    here.moment += MINUTE
    kept = here.come("delete", "delete", stamp)
    early = stamp is not None and stamp < NOON
    assert (kept, here.stands) == ((Kept.DOUBTED, "new") if early else (Kept.NEW, "delete"))


def test_a_late_word_that_says_what_stands_already_is_nobodys_business() -> None:
    here = Arriving()
    here.come("invoice", "A", NOON)
    here.moment += MINUTE
    assert here.come("again", "A", NOON - MINUTE) is Kept.NEW
