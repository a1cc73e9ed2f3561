from __future__ import annotations

import datetime as dt

import pytest

from connector.http.classify import LONGEST_WAIT_SECONDS, Meaning, meaning, retry_after

NOW = dt.datetime(2026, 11, 20, 12, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Meaning.ANSWERED),
        (201, Meaning.ANSWERED),
        (304, Meaning.ANSWERED),
        (302, Meaning.MOVED_AFTER),
        (307, Meaning.MOVED),
        (401, Meaning.ANSWERED),
        (404, Meaning.ANSWERED),
        (408, Meaning.UNKNOWN),
        (425, Meaning.SLOW_DOWN),
        (429, Meaning.SLOW_DOWN),
        (500, Meaning.UNKNOWN),
        (503, Meaning.UNKNOWN),
        (599, Meaning.UNKNOWN),
    ],
)
def test_each_status_has_one_meaning(status: int, expected: Meaning) -> None:
    assert meaning(status) is expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 1.5 ", 1.5),
        ("999999999", LONGEST_WAIT_SECONDS),
        ("Fri, 20 Nov 2026 12:01:00 GMT", 60),
        ("Fri, 20 Nov 2026 12:01:00 -0000", 60),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("²", None),
        (".", None),
        ("Fri, 20 Nov 2026 12:01:00 +9999999999999", None),
        ("Fri, 20 Nov 99999999999999 12:01:00 GMT", None),
        (None, None),
    ],
)
def test_a_wait_is_read_as_seconds_or_date_and_never_believed_beyond_reason(
    value: str | None, seconds: float | None
) -> None:
    assert retry_after(value, date=None, now=NOW) == seconds


def test_an_unreadable_date_of_the_answer_leaves_our_own_clock() -> None:
    assert retry_after("Fri, 20 Nov 2026 12:01:00 GMT", date="yesterday", now=NOW) == 60
