from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from connector.domain.accounting_period import read
from connector.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2026-10", "2026-10-01", "2026-10-31"),
        (" 2024-02 ", "2024-02-01", "2024-02-29"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026q1", "2026-01-01", "2026-03-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-10-05", "2026-10-05", "2026-10-05"),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-15"),
        ("2026-10 .. 2026-11", "2026-10-01", "2026-11-30"),
        ("2025-Q4..2026", "2025-10-01", "2026-12-31"),
    ],
)
def test_a_period_is_all_days_from_the_first_to_the_last(typed: str, first: str, last: str) -> None:
    period = read(typed)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.first in period
    assert period.last in period
    assert period.last + dt.timedelta(days=1) not in period


@pytest.mark.parametrize(
    "typed", ["", "October", "2026-13", "2026-Q5", "2026-02-30", "26-10", "..", "2026-10..", "٢٠٢٦"]
)
def test_anything_else_is_a_sentence(typed: str) -> None:
    with pytest.raises(ConfigurationError, match="is no period: write a month"):
        read(typed)


def test_a_period_that_ends_before_it_begins_is_one_too() -> None:
    with pytest.raises(ConfigurationError, match="ends before it begins"):
        read("2026-11..2026-10")


def test_a_day_ends_when_it_ends_in_the_zone_also_when_clocks_change() -> None:
    period, zone = read("2026-10"), ZoneInfo("Europe/Berlin")
    assert period.begins(zone).astimezone(dt.UTC).isoformat() == "2026-09-30T22:00:00+00:00"
    assert period.ends(zone).astimezone(dt.UTC).isoformat() == "2026-10-31T23:00:00+00:00"
