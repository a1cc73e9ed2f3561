from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from tests.systems.concur.conftest import (
    TOKEN_PATH,
    Connection,
    KeptTokens,
    form_of,
    good_token,
    tells,
)
from tests.systems.concur.logins import REQUEST_TOKEN, company, granted, stored

if TYPE_CHECKING:
    from tests.http.misbehaving import Server


def test_a_company_that_lives_elsewhere_is_asked_for_there(server: Server, home: Server) -> None:
    server.on(TOKEN_PATH, tells({"code": 16, "error": "invalid_request", "geolocation": home.url}, status=400))
    home.on(TOKEN_PATH, tells(granted(home)))

    token = company(server).fetch(None)

    assert token.extra["geolocation"] == home.url
    assert form_of(home.heard[0])["password"] == REQUEST_TOKEN


def test_an_address_concur_gives_is_not_called_where_the_guard_forbids_it(server: Server) -> None:
    server.on(TOKEN_PATH, tells(granted(server, geolocation="https://somebody:else@evil.example/")))

    with pytest.raises(ConfigurationError, match="the geolocation Concur gave"):
        company(server).fetch(None)


def test_a_bad_address_in_a_renewal_does_not_cost_the_refresh_token_that_came_with_it(server: Server) -> None:
    server.on(TOKEN_PATH, tells(granted(server, geolocation="ftp://elsewhere")))

    token = company(server).fetch(stored(server))

    assert (token.refresh, token.extra["geolocation"]) == ("r2", server.url)


def test_a_loopback_geolocation_is_refused_when_the_call_is_made(server: Server) -> None:
    connection = Connection(url="https://127.0.0.1:1", tokens=KeptTokens(good_token("https://127.0.0.1:1")))
    connection.allow_private_addresses = False

    with pytest.raises(ConfigurationError, match="private or loopback address"):
        connection.source().acknowledge("expenses", [{"doc_id": "d1"}])  # type: ignore[attr-defined]  # a source of Concur does


@pytest.mark.parametrize("there", ["https://evil.example", "https://api.concursolutions.com.evil.example"])
def test_a_token_is_not_sent_outside_of_the_configured_domain(there: str) -> None:
    connection = Connection(url="https://us2.api.concursolutions.com", tokens=KeptTokens(good_token(there)))

    with pytest.raises(ConfigurationError, match="outside of what this connection is configured for"):
        connection.source().acknowledge("expenses", [{"doc_id": "d1"}])  # type: ignore[attr-defined]  # a source of Concur does


@pytest.mark.parametrize("answered", ["granted", "lives elsewhere"])
def test_the_first_login_follows_nobody_out_of_the_configured_domain(server: Server, answered: str) -> None:
    there = f"http://localhost:{server.port}"
    moved = {"code": 16, "error": "invalid_request", "geolocation": there}
    server.on(
        TOKEN_PATH,
        *([tells(moved, status=400)] if answered != "granted" else [tells(granted(server, geolocation=there))]),
    )

    with pytest.raises(ConfigurationError, match=r"outside of what .* add its domain to `domains`"):
        company(server).fetch(None)
    assert len(server.heard) == 1


def test_a_renewal_that_names_an_address_outside_keeps_the_one_it_had(server: Server) -> None:
    server.on(TOKEN_PATH, tells(granted(server, geolocation=f"http://localhost:{server.port}")))

    token = company(server).fetch(stored(server))

    assert (token.refresh, token.address) == ("r2", server.url)
