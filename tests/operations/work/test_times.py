from __future__ import annotations

import datetime as dt

import pytest

from connector.domain.errors import ConfigurationError
from connector.operations.work import times

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("3d", NOW - dt.timedelta(days=3)),
        (" 90m ", NOW - dt.timedelta(minutes=90)),
        ("2w", NOW - dt.timedelta(weeks=2)),
        ("2026-11-01T08:00+01:00", dt.datetime(2026, 11, 1, 7, 0, tzinfo=dt.UTC)),
        ("2026-11-01T08:00Z", dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)),
    ],
)
def test_moments_are_read(text: str, moment: dt.datetime) -> None:
    assert times.read(text, now=NOW) == moment


def test_a_date_begins_at_local_midnight() -> None:
    read = times.read("2026-11-01", now=NOW)

    assert read.tzinfo is not None
    assert (read.hour, read.minute) == (0, 0)


@pytest.mark.parametrize("text", ["", "d3", "yesterday", "2026-13-01", "2026-11-31", "99999999w", "0001-01-01"])
def test_what_is_no_moment_is_one_sentence(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a moment"):
        times.read(text, now=NOW)
