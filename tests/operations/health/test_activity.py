"""What was read lately falls into the hours and days of whoever looks."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from connector.operations.health import activity
from connector.operations.health.activity import Span

BERLIN, KOLKATA, UTC = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("window", "now", "first", "last", "end"),
    [
        (
            "24h",
            dt.datetime(2026, 11, 29, 14, 37, tzinfo=UTC),
            "2026-11-28T15:00:00+00:00",
            "2026-11-29T14:00:00+00:00",
            "2026-11-29T15:00:00+00:00",
        ),
        (
            "30d",
            dt.datetime(2026, 11, 29, 0, 10, tzinfo=BERLIN),
            "2026-10-30T23:00:00+00:00",
            "2026-11-28T23:00:00+00:00",
            "2026-11-29T23:00:00+00:00",
        ),
        # over the end of summer time: its days are still days
        (
            "30d",
            dt.datetime(2026, 11, 1, 12, tzinfo=BERLIN),
            "2026-10-02T22:00:00+00:00",
            "2026-10-31T23:00:00+00:00",
            "2026-11-01T23:00:00+00:00",
        ),
        (
            "7d",
            dt.datetime(2026, 11, 29, 4, 0, tzinfo=KOLKATA),
            "2026-11-22T00:30:00+00:00",
            "2026-11-28T21:30:00+00:00",
            "2026-11-29T00:30:00+00:00",
        ),
    ],
)
def test_spans_begin_at_hours_and_days_of_the_zone(
    window: str, now: dt.datetime, first: str, last: str, end: str
) -> None:
    number, hours = activity.WINDOWS[window]
    spans = activity._spans(now, number, hours)
    assert len(spans) == number
    assert [spans[0].since.isoformat(), spans[-1].since.isoformat(), spans[-1].until.isoformat()] == [first, last, end]
    assert all(one.until == next_.since for one, next_ in itertools.pairwise(spans))


def test_an_hour_belongs_where_it_begins() -> None:
    spans = activity._spans(dt.datetime(2026, 11, 29, 4, 0, tzinfo=KOLKATA), 30, 24)
    straddles = dt.datetime(2026, 11, 28, 18, tzinfo=dt.UTC)
    assert activity._holding(spans, straddles) is spans[-2]
    assert activity._holding(spans, straddles + dt.timedelta(hours=1)) is spans[-1]


def test_all_together() -> None:
    moments = [dt.datetime(2026, 11, 29, hour, tzinfo=dt.UTC) for hour in (12, 13, 14)]
    one, other = (
        Span(since=moments[0], until=moments[1], read=5, waits=1),
        Span(since=moments[1], until=moments[2], read=3, needs=2),
    )
    whole = activity.total([one, other])
    assert (whole.read, whole.ended, whole.waits, whole.needs) == (8, 5, 1, 2)
    assert (whole.since, whole.until) == (moments[0], moments[2])
