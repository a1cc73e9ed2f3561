from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import Refused
from connector.domain.outbound import NOTHING_SAID
from connector.systems.concur.system import SYSTEM
from sandbox.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.token import Token

CONFIG = {"client_id": "concur-client", "company_uuid": "11111111-2222-4333-8444-555555555555"}
ENDPOINT = "https://hooks.example.com/webhooks/concur"


class NoToken:
    """The application's token is never stored."""

    def current(self) -> Token | None:
        return None

    def renew(self, stale: Token | None, fetch: Any) -> Token:
        token: Token = fetch(stale)
        return token


class Connection:
    name = "acme-concur"
    overrides: Mapping[str, Any] = {}
    secrets: Mapping[str, str] = {"client_secret": "concur-sandbox"}
    tokens = NoToken()
    allow_private_addresses = True
    outbound = NOTHING_SAID

    def __init__(self, geolocation: str, base_url: str) -> None:
        self.config: Mapping[str, Any] = {**CONFIG, "base_url": base_url, "geolocation": geolocation}


@pytest.fixture
def connection() -> Iterator[Connection]:
    with running("concur", documents=1) as sandbox:
        yield Connection(sandbox.state("geolocation")["geolocation"], sandbox.url)


def test_a_subscription_is_made_changed_listed_and_removed(connection: Connection) -> None:
    webhooks = SYSTEM.subscriptions(connection)  # type: ignore[attr-defined]  # an ability only this system has
    webhooks.subscribe("ours", ENDPOINT)
    webhooks.subscribe("ours", f"{ENDPOINT}/2")
    assert [(one.name, one.endpoint) for one in webhooks.list_()] == [("ours", f"{ENDPOINT}/2")]
    webhooks.remove("ours")
    assert webhooks.list_() == []


def test_removing_what_is_not_there_says_so(connection: Connection) -> None:
    with pytest.raises(Refused, match="no subscription"):
        SYSTEM.subscriptions(connection).remove("stranger")  # type: ignore[attr-defined]  # likewise
