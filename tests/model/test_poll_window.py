"""A source that lists changes by their day: whenever a change becomes visible, it is read once, and only once.

Rows carry the time of their change and show up when their transaction is committed, up to a day later; the day asked
for is one of the source's time zone, through daylight saving, month ends and years; and worker clocks jump.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain import canonical
from connector.domain.exchange import Page, Row
from connector.domain.payload import payload_identity
from connector.pipeline.poll import OVERLAP, poll
from tests.model.emptying import emptied

_READ = """
SELECT r.*, p.sealed FROM records r JOIN payloads p ON p.record_id = r.id AND p.kind = 'source' ORDER BY r.version
"""

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.exchange import Query
    from tests.pipeline.conftest import Bench

#: each with something odd: half an hour of daylight saving, midnights that do not exist, days far from those of UTC
ZONES = st.sampled_from(
    ["UTC", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Kiritimati"]
)
#: around changes of the clock, month ends, a leap day and the turn of a year
MOMENTS = st.sampled_from(
    [
        dt.datetime(2024, 2, 28, 22, tzinfo=dt.UTC),
        dt.datetime(2024, 12, 31, 12, tzinfo=dt.UTC),
        dt.datetime(2025, 3, 8, 20, tzinfo=dt.UTC),
        dt.datetime(2025, 3, 29, 18, tzinfo=dt.UTC),
        dt.datetime(2025, 10, 4, 6, tzinfo=dt.UTC),
        dt.datetime(2025, 11, 1, 20, tzinfo=dt.UTC),
        dt.datetime(2026, 4, 30, 22, tzinfo=dt.UTC),
    ]
)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A row of the source: when it says it changed, and when the others can see it."""

    key: str
    amount: int
    modified: dt.datetime
    visible: dt.datetime


@dataclass
class Calendar:
    """Implements ports.Source as an instance does that can compare days."""

    zone: ZoneInfo
    changes: list[Change] = field(default_factory=list)
    now: dt.datetime | None = None

    def shown(self) -> dict[str, Change]:
        """What each document looks like now."""
        visible = [one for one in self.changes if self.now and one.visible <= self.now]
        return {one.key: one for one in sorted(visible, key=lambda one: one.visible)}

    def pages(self, query: Query) -> Iterator[Page]:
        day = query.since.astimezone(self.zone).date() if query.since else dt.date.min
        rows = [one for one in self.shown().values() if one.modified.astimezone(self.zone).date() >= day]
        yield Page(
            rows=tuple(Row(payload={"part": one.key, "amount": one.amount}, modified=one.modified) for one in rows),
            number=1,
            everything=query.since is None,
        )

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        return row.payload


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Change], list[dt.datetime]]:
    """Changes over some days, and when the source is polled; the last poll sees everything."""
    begin = draw(MOMENTS)
    changes = []
    for amount in range(draw(st.integers(3, 10))):
        modified = begin + dt.timedelta(minutes=draw(st.integers(0, 4 * 24 * 60)))
        delay = draw(st.one_of(st.just(dt.timedelta(0)), st.timedeltas(dt.timedelta(0), OVERLAP)))
        key = draw(st.sampled_from(["k1", "k2", "k3"]))
        changes.append(Change(key=key, amount=amount, modified=modified, visible=modified + delay))
    polls = draw(st.lists(st.integers(0, 6 * 24), min_size=2, max_size=8))
    return changes, [begin + hours * HOUR for hours in sorted(polls)] + [begin + 7 * 24 * HOUR]


@settings(max_examples=1000 if settings.get_current_profile_name() == "thorough" else 40, derandomize=True)
@given(zone=ZONES, history=histories(), jumps=st.lists(st.integers(-100_000, 100_000), min_size=9, max_size=9))
def read_once(bench: Bench, zone: str, history: tuple[list[Change], list[dt.datetime]], jumps: list[int]) -> None:
    changes, polls = history
    emptied(bench)
    source = Calendar(zone=ZoneInfo(zone), changes=changes)
    bench.source = source  # type: ignore[assignment]  # likewise made up
    for now, jump in zip(polls, jumps, strict=False):
        source.now, bench.hand.now = now, bench.hand.now + jump
        assert poll(bench.world, bench.run()) is not None
    newest = {row.source_key: row for row in bench.rows(_READ)}
    assert {key: amount_of(bench, row) for key, row in newest.items()} == {
        key: one.amount for key, one in source.shown().items()
    }
    read = Counter((row.source_key, amount_of(bench, row)) for row in bench.rows(_READ))
    assert set(read.values()) == {1}, "nothing is read twice"


def amount_of(bench: Bench, row: Any) -> int:
    opened = canonical.loads(bench.vault.open(bytes(row.sealed), payload_identity(row.id, "source")))
    return int(opened["amount"])


def test_a_change_is_read_once_whenever_it_becomes_visible(bench: Bench) -> None:
    read_once(bench)


def test_a_stamp_from_the_future_hides_nothing_that_changes_after_it(bench: Bench) -> None:
    now = dt.datetime.now(dt.UTC)
    source = Calendar(zone=ZoneInfo("UTC"), now=now + HOUR)
    bench.source = source  # type: ignore[assignment]  # likewise made up
    ahead = dt.datetime(2099, 12, 31, tzinfo=dt.UTC)
    source.changes = [Change(key="k1", amount=1, modified=ahead, visible=now)]
    poll(bench.world, bench.run())
    source.changes.append(Change(key="k2", amount=1, modified=now, visible=now))
    poll(bench.world, bench.run())
    assert bench.records().keys() == {("k1", 1), ("k2", 1)}
