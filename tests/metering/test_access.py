from __future__ import annotations

from typing import Literal

import pytest

from connector.domain.errors import ConfigurationError
from connector.metering.access import Access

TOKEN = "0123456789abcdef"
SHOWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("how", "client", "headers", "may"),
    [
        ("off", "127.0.0.1", SHOWN, False),
        ("loopback", "127.0.0.1", {}, True),
        ("loopback", "::1", {}, True),
        ("loopback", "::ffff:127.0.0.1", {}, True),
        ("loopback", "10.0.0.7", {}, False),
        ("loopback", "10.0.0.7", SHOWN, False),
        ("loopback", "", {}, False),
        ("loopback", "127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, False),
        ("loopback", "127.0.0.1", {"forwarded": "for=127.0.0.1"}, False),
        ("loopback", "127.0.0.1", {"via": "1.1 proxy"}, False),
        ("token", "10.0.0.7", SHOWN, True),
        ("token", "10.0.0.7", {"authorization": f"bearer  {TOKEN} "}, True),
        ("token", "127.0.0.1", {}, False),
        ("token", "127.0.0.1", {"authorization": TOKEN}, False),
        ("token", "127.0.0.1", {"authorization": f"Basic {TOKEN}"}, False),
        ("token", "127.0.0.1", {"authorization": "Bearer "}, False),
        ("token", "127.0.0.1", {"authorization": "Bearer \udcff"}, False),
        ("token", "127.0.0.1", {"authorization": f"Bearer {TOKEN}0"}, False),
    ],
)
def test_nobody_scrapes_but_whoever_may(
    how: Literal["off", "loopback", "token"], client: str, headers: dict[str, str], *, may: bool
) -> None:
    assert Access(how=how, token=TOKEN).allows(client, headers) is may


def test_a_token_that_nobody_set_is_shown_by_nobody() -> None:
    with pytest.raises(ConfigurationError, match="set ML_CONNECTOR_METRICS_TOKEN"):
        Access(how="token")


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(Access(how="token", token=TOKEN))
