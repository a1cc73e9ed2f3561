from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import schedule
from connector.domain.errors import ConfigurationError, UnknownName

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("every", "not an interval"),
        ("every five minutes", "not an interval"),
        ("every 0m", "never advances"),
        ("every 9999d", "longer than a year"),
        ("0 6 * *", "has 4 fields"),
        ("0 0 6 * * *", "has 6 fields"),
        ("61 6 * * *", "in the minute field"),
        ("0 25 * * FUN", "in the hour and the day of week field"),
        ("0 0 30 2 *", "never fires"),
        ("0 0 31 4,6,9,11 *", "never fires"),
        ("@dayly", "@daily"),
        ("@reboot", "Known: "),
    ],
)
def test_a_schedule_that_cannot_be_kept_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        schedule.parse(text)


@pytest.mark.parametrize(
    "text", ["every 5m", "EVERY 10 s", "0 6 * * MON-FRI", "0 0 29 2 *", "0 0 L * *", "*/7 * * * *"]
)
def test_schedules_people_write_are_read(text: str) -> None:
    assert schedule.next_fire(text, "UTC", NOON) > NOON


def test_an_interval_fires_at_the_same_moments_whoever_asks() -> None:
    late = NOON + dt.timedelta(minutes=3, seconds=7)

    assert schedule.next_fire("every 5m", "UTC", late) == NOON + dt.timedelta(minutes=5)
    assert schedule.next_fire("every 5m", "UTC", NOON) == NOON + dt.timedelta(minutes=5)


def test_a_time_that_does_not_exist_in_spring_fires_when_the_clock_has_jumped() -> None:
    evening_before = dt.datetime(2026, 3, 28, 20, 0, tzinfo=dt.UTC)

    fire = schedule.next_fire("30 2 * * *", "Europe/Berlin", evening_before)

    assert fire == dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC)


def test_a_time_that_exists_twice_in_autumn_fires_once() -> None:
    evening_before = dt.datetime(2026, 10, 24, 20, 0, tzinfo=dt.UTC)

    first = schedule.next_fire("30 2 * * *", "Europe/Berlin", evening_before)
    second = schedule.next_fire("30 2 * * *", "Europe/Berlin", first)

    assert first == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert second == dt.datetime(2026, 10, 26, 1, 30, tzinfo=dt.UTC)


def test_asked_inside_the_second_pass_of_the_autumn_hour_the_next_day_is_answered() -> None:
    second_pass = dt.datetime(2026, 10, 25, 1, 15, tzinfo=dt.UTC)  # 02:15 for the second time

    fire = schedule.next_fire("30 2 * * *", "Europe/Berlin", second_pass)

    assert fire == dt.datetime(2026, 10, 26, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("every 5 minutes", "every 5m"),
        ("every hour", "every 1h"),
        ("Every  1 day", "every 1d"),
        ("every 90 SECONDS", "every 90s"),
        ("cron 0 6 * * MON-FRI", "0 6 * * MON-FRI"),
        ("@daily", "0 0 * * *"),
        ("@Hourly", "0 * * * *"),
        ("*/60 */24 */31 */12 */7", "*/60 */24 */31 */12 */7"),
    ],
)
def test_what_is_printed_and_what_cron_knows_can_be_typed(text: str, same: str) -> None:
    assert str(schedule.typed(text)) == same


@given(st.integers(1, 365), st.sampled_from("smhd"))
def test_each_interval_is_read_as_it_is_described(count: int, unit: str) -> None:
    every = f"every {count}{unit}"

    assert str(schedule.typed(schedule.describe(every, "UTC"))) == every


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("*/90 * * * *", "step of 90 in the minute field"),
        ("0 0-12,*/25 * * *", "step of 25 in the hour field"),
        ("0 0 */32 * *", "the day of month field"),
        ("0 0 1 */13 *", "the month field"),
        ("0 0 * * */8", "the day of week field"),
    ],
)
def test_a_step_wider_than_its_field_is_not_taken_and_still_runs_where_it_stands(text: str, field: str) -> None:
    with pytest.raises(ConfigurationError, match=field):
        schedule.typed(text)

    assert schedule.next_fire(text, "UTC", NOON) > NOON


def test_a_zone_that_does_not_exist_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="Europe/Berlin"):
        schedule.zone("Europe/Berlinn")


def test_a_schedule_is_described_in_words() -> None:
    assert schedule.describe("every 5m", "UTC") == "every 5 minutes"
    assert schedule.describe("every 1h", "UTC") == "every hour"
    assert schedule.describe("0 6 * * *", "Europe/Berlin") == "cron 0 6 * * * (Europe/Berlin)"


@given(st.text(max_size=30) | st.from_regex(r"[0-9A-Z*/,#L-]{1,5}( [0-9A-Z*/,#L-]{1,5}){4}", fullmatch=True))
def test_any_text_is_either_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        schedule.parse(text)
    except ConfigurationError as error:
        assert error.message  # noqa: PT017 - both ends are right


@given(
    st.sampled_from(["*/5 * * * *", "30 2 * * *", "0 0 1 * *", "15 1-3 * * *", "59 23 L * *", "0 0 29 2 *"]),
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kolkata"]
    ),
    st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2040, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_the_next_fire_is_always_later(line: str, zone: str, naive: dt.datetime) -> None:
    after = naive.replace(tzinfo=dt.UTC)

    fire = schedule.next_fire(line, zone, after)

    assert fire > after
    assert schedule.next_fire(line, zone, fire) > fire


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("every 15m", "every 15 minutes"),
        ("0 6 * * *", "daily at 06:00 (Europe/Berlin)"),
        ("30 18 * * mon-fri", "weekdays at 18:30 (Europe/Berlin)"),
        ("5 7 * * MON", "on Mondays at 07:05 (Europe/Berlin)"),
        ("0 6 1 * *", "on day 1 of the month at 06:00 (Europe/Berlin)"),
        ("0 6 L * *", "on the last day of the month at 06:00 (Europe/Berlin)"),
        ("@hourly", "every hour at minute 0"),
        ("*/5 6 * * *", "cron */5 6 * * * (Europe/Berlin)"),
        ("0 6 1 1 *", "cron 0 6 1 1 * (Europe/Berlin)"),
    ],
)
def test_a_schedule_that_people_have_is_said_as_they_would(line: str, said: str) -> None:
    assert schedule.words(line, "Europe/Berlin") == said
