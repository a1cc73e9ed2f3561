"""When a channel is told of something, by a clock that the table gives."""

from __future__ import annotations

import datetime as dt

import pytest

from connector.domain.alert import Hearing, clock_time, hours

NIGHT = Hearing(quiet="22:00-06:30", timezone="Europe/Berlin")
LUNCH = Hearing(quiet="12:00-13:00", timezone="Europe/Berlin")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("hearing", "now", "told"),
    [
        (Hearing(), "2026-11-29 23:00", "2026-11-29 23:00:30"),
        (NIGHT, "2026-11-29 20:59", "2026-11-29 20:59:30"),
        (NIGHT, "2026-11-29 20:59:31", "2026-11-30 05:30"),  # gathered into the quiet hours
        (NIGHT, "2026-11-29 21:00", "2026-11-30 05:30"),
        (NIGHT, "2026-11-29 23:30", "2026-11-30 05:30"),  # past midnight in Berlin
        (NIGHT, "2026-11-30 05:29", "2026-11-30 05:30"),
        (NIGHT, "2026-11-30 05:30", "2026-11-30 05:30:30"),
        (NIGHT, "2026-03-28 22:00", "2026-03-29 04:30"),  # the clock is put forward in this night
        (NIGHT, "2026-10-24 21:00", "2026-10-25 05:30"),  # and back in this one
        (LUNCH, "2026-11-29 11:10", "2026-11-29 12:00"),
        (LUNCH, "2026-11-29 21:10", "2026-11-29 21:10:30"),
    ],
)
def test_quiet_hours_end_by_the_clock_of_the_zone(hearing: Hearing, now: str, told: str) -> None:
    assert hearing.due(utc(now), urgent=False) == utc(told)
    assert hearing.due(utc(now), urgent=True) == utc(now), "what is urgent waits for nobody"


def test_who_wants_the_digest_only_is_told_at_once_what_is_urgent_and_nothing_else() -> None:
    now = utc("2026-11-29 23:00")
    hearing = Hearing(digest="08:00", digest_only=True)
    assert (hearing.due(now, urgent=False), hearing.due(now, urgent=True)) == (None, now)


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        ("2026-11-29 06:59", "2026-11-29 07:00"),
        ("2026-11-29 07:00", "2026-11-30 07:00"),
        ("2026-03-28 12:00", "2026-03-29 06:00"),
        ("2026-10-24 12:00", "2026-10-25 07:00"),
    ],
)
def test_a_digest_comes_once_a_day_at_its_time_in_its_zone(now: str, comes: str) -> None:
    assert Hearing(digest="08:00", timezone="Europe/Berlin").next_digest(utc(now)) == utc(comes)
    assert Hearing().next_digest(utc(now)) is None


@pytest.mark.parametrize(
    ("hearing", "rule", "scope", "heard"),
    [
        (Hearing(), "dead.letters", "acme/x", True),
        (Hearing(rules=("disk.low",)), "dead.letters", "acme/x", False),
        (Hearing(rules=("disk.low",)), "disk.low", "", True),
        (Hearing(integrations=("acme",)), "dead.letters", "acme/x", True),
        (Hearing(integrations=("acme",)), "codes.missing", "acme", True),
        (Hearing(integrations=("acme",)), "dead.letters", "other/x", False),
        (Hearing(integrations=("acme",)), "queue.silent", "", True),
    ],
)
def test_a_channel_hears_what_it_asked_for(hearing: Hearing, rule: str, scope: str, heard: bool) -> None:  # noqa: FBT001 - a column of the table
    assert hearing.wants(rule, scope) is heard


@pytest.mark.parametrize("text", ["8:00", "24:00", "08:60", "noon", "08:00 "])
def test_what_is_no_time_of_day_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="like 08:00"):
        clock_time(text)
    with pytest.raises(ValueError, match="like 22:00-06:30"):
        hours(f"{text}-09:00")


def test_hours_that_never_end_are_none() -> None:
    assert (clock_time(""), hours(""), hours("22:00-06:30")) == ("", "", "22:00-06:30")
    with pytest.raises(ValueError, match="are no hours"):
        hours("08:00-08:00")
