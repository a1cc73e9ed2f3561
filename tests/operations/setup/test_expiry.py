from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from connector.domain.token import Token
from connector.operations.check import Health
from connector.operations.setup import expiry

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


def a_desk(token: Token | None) -> Any:
    tokens = SimpleNamespace(current=lambda: token)
    return SimpleNamespace(application=SimpleNamespace(open_connection=lambda _: SimpleNamespace(tokens=tokens)))


def refreshed(at: dt.datetime) -> Token:
    return Token(access="a", refresh="r", extra={"refreshed_at": at.isoformat()})


@pytest.mark.parametrize(
    ("age", "health"),
    [
        (dt.timedelta(days=1), Health.OK),
        (dt.timedelta(days=165), Health.WARNING),
        (dt.timedelta(days=200), Health.WRONG),
    ],
)
def test_a_refresh_token_is_missed_weeks_before_it_lapses(age: dt.timedelta, health: Health) -> None:
    found = expiry.check(a_desk(refreshed(NOW - age)), "acme-concur", "concur", now=NOW)
    assert found is not None
    assert found.health is health
    assert health is Health.OK or "connection connect acme-concur" in found.advice


def test_a_connection_that_does_not_end_by_itself_has_no_such_line() -> None:
    assert expiry.check(a_desk(None), "acme-qad", "qad", now=NOW) is None
    assert expiry.check(a_desk(None), "acme-concur", "concur", now=NOW) is None
