from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, ConnectorError, CredentialsRefused, Unavailable
from connector.http.authorized import Authorized
from connector.http.request import Request
from connector.http.session import Http
from connector.systems.jaggaer.auth import ClientCredentials
from connector.systems.jaggaer.config import read
from tests.http.misbehaving import resets, says
from tests.systems.jaggaer.conftest import TOKEN_PATH, Connection, company

if TYPE_CHECKING:
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Server

SECRET = "s3cret-canary"  # a name that must appear nowhere
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def credentials(server: Server) -> ClientCredentials:
    config = read(
        {"base_url": "https://elsewhere.example", "token_url": server.url + "/token", "client_id": "ml-connector"}
    )
    return ClientCredentials(http=server.http(), config=config, secret=SECRET, now=lambda: NOW)


def answers(server: Server, status: int = 200, **body: Any) -> ClientCredentials:
    server.on("/token", says(status, json.dumps(body).encode()))
    return credentials(server)


def test_the_form_carries_client_credentials_to_the_token_url_only(server: Server) -> None:
    answers(server, access_token="t", token_type="Bearer", expires_in=300).fetch(None)

    [heard] = server.heard
    assert heard.method == "POST"
    assert heard.body == f"grant_type=client_credentials&client_id=ml-connector&client_secret={SECRET}".encode()
    assert heard.target == "/token"


@pytest.mark.parametrize("expires_in", [300, "300", 300.0])
def test_a_token_ends_when_it_says(server: Server, expires_in: object) -> None:
    token = answers(server, access_token="t", expires_in=expires_in).fetch(None)

    assert (token.access, token.refresh, token.expires_at) == ("t", None, NOW + dt.timedelta(seconds=300))


@pytest.mark.parametrize("expires_in", [None, 0, -1, "soon", 10**10, True])
def test_a_token_without_a_sensible_end_is_used_until_it_is_refused(server: Server, expires_in: object) -> None:
    assert answers(server, access_token="t", expires_in=expires_in).fetch(None).expires_at is None


@pytest.mark.parametrize("kind", ["bearer", "BEARER", "Bearer", None])
def test_the_token_type_is_compared_without_case(server: Server, kind: str | None) -> None:
    assert answers(server, access_token="t", token_type=kind).fetch(None).access == "t"


def test_another_kind_of_token_is_refused(server: Server) -> None:
    with pytest.raises(ConfigurationError, match="tokens of type 'mac'; only Bearer"):
        answers(server, access_token="t", token_type="mac").fetch(None)


@pytest.mark.parametrize(
    ("status", "error", "kind", "sentence"),
    [
        (401, "invalid_client", CredentialsRefused, "does not accept client 'ml-connector' \\(401 invalid_client\\)"),
        (401, "unauthorized_client", CredentialsRefused, "check client_id and client_secret"),
        (400, "invalid_client", CredentialsRefused, "does not accept client"),
        (403, "access_denied", CredentialsRefused, "lets nobody log in"),
        (403, "invalid_request", ConfigurationError, "use https in token_url"),
        (400, "unsupported_grant_type", ConfigurationError, "does not take a client-credentials login"),
        (404, "Realm does not exist", ConfigurationError, "has no token endpoint at the configured token_url"),
        (405, "", ConfigurationError, "has no token endpoint"),
        (401, "", Unavailable, "answered the login with 401, without saying why"),
        (401, "invalid_token", Unavailable, "without saying why"),
        (400, "", Unavailable, "answered the login with 400"),
    ],
)
def test_status_and_error_code_decide_and_the_text_never(
    server: Server, status: int, error: str, kind: type[ConnectorError], sentence: str
) -> None:
    login = answers(server, status, error=error, error_description=f"Invalid client secret {SECRET}")

    with pytest.raises(kind, match=sentence) as refused:
        login.fetch(None)

    assert type(refused.value) is kind
    assert SECRET not in str(refused.value) + repr(refused.value.evidence)


@pytest.mark.parametrize(
    "body", [b"<html>sign in</html>", b"[]", b"{}", b'{"access_token": 7}', b'{"access_token": "a\\nb"}', b""]
)
def test_a_login_without_a_usable_token_may_pass(server: Server, body: bytes) -> None:
    server.on("/token", says(200, body))

    with pytest.raises(Unavailable):
        credentials(server).fetch(None)


def test_a_broken_login_may_pass(server: Server) -> None:
    server.on("/token", resets)

    with pytest.raises(Unavailable):
        credentials(server).fetch(None)


@pytest.mark.parametrize(
    ("options", "secret"),
    [
        ({}, "wrong"),
        ({"wrong_secret_error": "invalid_client"}, "wrong"),
        ({"client_enabled": False}, "jaggaer-sandbox"),
        ({"public_client": True}, "jaggaer-sandbox"),
        ({"service_account": False}, "jaggaer-sandbox"),
        ({"realm_enabled": False}, "jaggaer-sandbox"),
    ],
)
def test_keycloaks_refusals_stop_the_connection_without_a_second_try(
    sandbox: SandboxServer, options: dict[str, Any], secret: str
) -> None:
    sandbox.set_options(**options)
    before = sandbox.state()["requests"]

    with pytest.raises(CredentialsRefused):
        Connection(url=sandbox.url, secret=secret).target().write(company())

    assert sandbox.state()["requests"] == before + 1


def test_a_lower_case_token_type_and_a_short_life_work(sandbox: SandboxServer) -> None:
    sandbox.set_options(token_type="bearer", expires_in=20)
    connection = Connection(url=sandbox.url)
    target = connection.target()

    target.write(company())
    target.write(company(city="Boston"))

    assert sandbox.state()["tokens_issued"] == 2


def test_the_token_is_shared_by_everything_that_uses_the_connection(sandbox: SandboxServer) -> None:
    connection = Connection(url=sandbox.url)

    connection.target().write(company())
    connection.target().write(company())

    assert sandbox.state()["tokens_issued"] == 1
    assert TOKEN_PATH in connection.config["token_url"]


def test_a_token_of_a_login_server_whose_clock_is_ahead_opens_the_api(sandbox: SandboxServer) -> None:
    sandbox.set_options(api_clock_behind=3)
    connection = Connection(url=sandbox.url)
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        sandbox.set_options(seconds_later=int(sum(waited)))

    http = Http(name=connection.name, base_url=sandbox.url, allow_private=True, allow_plain=True)
    login = ClientCredentials(http=http, config=read(connection.config), secret=connection.secret)
    sender = Authorized(http=http, tokens=connection.tokens, fetch=login.fetch, pause=pause)

    answer = sender.send(Request(method="GET", url="j1p/api/public/ji/v1/invoices"))

    assert answer.ok
    assert waited == [1, 2]
