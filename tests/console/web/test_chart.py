"""What was read as a chart: parts add up, what is little can be seen, each bar leads to what it counts."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from connector.console.drawing import chart
from connector.console.drawing.spelling import Speller
from connector.operations.health.activity import Span

NOW = dt.datetime(2026, 11, 29, 14, 37, tzinfo=dt.UTC)
SPELLER = Speller.of(ZoneInfo("UTC"), "en", now=NOW)


def spans(*counts: tuple[int, int, int]) -> list[Span]:
    begin = NOW.replace(minute=0)
    return [
        Span(
            since=begin + dt.timedelta(hours=number),
            until=begin + dt.timedelta(hours=number + 1),
            read=read,
            waits=waits,
            needs=needs,
        )
        for number, (read, waits, needs) in enumerate(counts)
    ]


def test_a_bar_is_as_high_as_what_it_counts_and_shows_what_is_little() -> None:
    drawn = chart.draw(SPELLER, spans((0, 0, 0), (1000, 0, 1), (500, 250, 0)))
    heights = [(look, float(high)) for look, high in re.findall(r'<rect class="(\w+)".*? height="([\d.]+)"', drawn)]
    assert heights == [("good", 119.9), ("bad", 3.0), ("good", 30.0), ("waiting", 30.0)]


def test_a_bar_says_what_it_counts_and_leads_there() -> None:
    (one,) = spans((1204, 3, 1))
    drawn = chart.draw(SPELLER, [one])
    assert "today 14:00: 1,204 read, 1,200 ended, 3 wait, 1 need you" in drawn
    assert 'href="/documents?since=2026-11-29T14%3A00%2B00%3A00&amp;until=2026-11-29T15%3A00%2B00%3A00"' in drawn


def test_nothing_is_drawn_of_nothing() -> None:
    drawn = chart.draw(SPELLER, spans((0, 0, 0)))
    assert "<rect" not in drawn
    assert "Nothing was read" in drawn
