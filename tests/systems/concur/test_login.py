from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, ConnectorError, CredentialsRefused, RateLimited, Unavailable
from connector.domain.exchange import Query
from connector.domain.token import Token
from connector.systems.concur import expiry
from connector.systems.concur.auth import Keys
from tests.http.misbehaving import resets, says
from tests.systems.concur.conftest import (
    COMPANY,
    TOKEN_PATH,
    Connection,
    form_of,
    query_of,
    tells,
)
from tests.systems.concur.logins import NOW, REQUEST_TOKEN, SECRET, company, granted, stored

if TYPE_CHECKING:
    from tests.http.misbehaving import Server


def test_the_request_token_is_exchanged_where_the_configuration_says(server: Server, home: Server) -> None:
    server.on(TOKEN_PATH, tells(granted(home)))

    token = company(server).fetch(None)

    [heard] = server.heard
    assert form_of(heard) == {
        "client_id": "concur-client",
        "client_secret": SECRET,
        "grant_type": "password",
        "username": COMPANY,
        "password": REQUEST_TOKEN,
        "credtype": "authtoken",
    }
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    assert len(heard.headers["concur-correlationid"]) == 36
    assert (token.access, token.refresh) == ("a2", "r2")
    assert token.expires_at == NOW + dt.timedelta(hours=1)
    assert token.extra == {
        "geolocation": home.url,
        "refreshed_at": NOW.isoformat(),
        "connected_at": NOW.isoformat(),
    }


def test_a_token_is_renewed_where_the_company_lives(server: Server, home: Server) -> None:
    home.on(TOKEN_PATH, tells(granted(server)))

    token = company(server).fetch(stored(home))

    assert server.heard == []
    [heard] = home.heard
    assert form_of(heard) == {
        "client_id": "concur-client",
        "client_secret": SECRET,
        "grant_type": "refresh_token",
        "refresh_token": "r1",
    }
    assert (token.refresh, token.extra["geolocation"]) == ("r2", server.url)
    assert token.extra["refreshed_at"] == NOW.isoformat()


def test_a_refresh_token_that_was_not_replaced_goes_on_ageing(server: Server) -> None:
    server.on(TOKEN_PATH, tells(granted(server, refresh_token="r1")))

    token = company(server).fetch(stored(server))

    assert token.refresh == "r1"
    assert token.extra["refreshed_at"] == "2026-11-01T00:00:00+00:00"


@pytest.mark.parametrize("absent", ["refresh_token", "geolocation"])
def test_what_a_renewal_leaves_out_stays_as_it_was(server: Server, absent: str) -> None:
    body = granted(server)
    del body[absent]
    server.on(TOKEN_PATH, tells(body))

    token = company(server).fetch(stored(server))

    assert token.refresh == ("r1" if absent == "refresh_token" else "r2")
    assert token.extra["geolocation"] == server.url


def test_a_request_token_that_gives_nothing_to_renew_with_is_no_connection(server: Server) -> None:
    server.on(TOKEN_PATH, tells(granted(server, refresh_token="")))

    with pytest.raises(Unavailable, match="without giving a refresh token"):
        company(server).fetch(None)


@pytest.mark.parametrize("code", [5, 10, 13, 16, 19, 53, 54, 61, 64, 105, 108, 115, 123])
def test_a_code_that_stays_stops_the_connection_and_says_how_to_reconnect(server: Server, code: int) -> None:
    server.on(TOKEN_PATH, tells({"code": code, "error": "invalid_grant", "error_description": SECRET}, status=400))

    with pytest.raises(CredentialsRefused) as refused:
        company(server).fetch(stored(server))

    sentence = refused.value.message
    assert f"code {code} invalid_grant" in sentence
    assert "connect the company again in the SAP Concur App Center" in sentence
    assert "`connection connect acme`" in sentence
    assert SECRET not in sentence
    assert refused.value.evidence["code"] == code


def test_the_refusal_of_a_refresh_token_says_that_it_is_over(server: Server) -> None:
    server.on(TOKEN_PATH, tells({"code": 108, "error": "invalid_grant"}, status=400))

    with pytest.raises(CredentialsRefused, match="over after six months"):
        company(server).fetch(stored(server))


@pytest.mark.parametrize(
    ("status", "body", "kind", "sentence"),
    [
        (400, {"code": 134, "error": "maintenance"}, Unavailable, "is being maintained for this company"),
        (403, {"code": "134"}, Unavailable, "is being maintained"),
        (500, {}, Unavailable, "answered 500"),
        (503, {"code": 108}, Unavailable, "answered 503"),
        (429, {}, RateLimited, "we ask too often"),
        (400, {"error": "invalid_client"}, CredentialsRefused, "does not accept our credentials"),
        (400, {"code": 999}, Unavailable, "code 999, which says nothing known"),
        (404, {}, ConfigurationError, "has no login at this address"),
        (401, {}, Unavailable, "HTTP 401"),
    ],
)
def test_every_other_refusal_has_its_meaning(
    server: Server, status: int, body: object, kind: type[ConnectorError], sentence: str
) -> None:
    server.on(TOKEN_PATH, tells(body, status=status))

    with pytest.raises(kind, match=sentence) as refused:
        company(server).fetch(stored(server))
    assert type(refused.value) is kind


def test_an_error_carries_the_id_under_which_concur_knows_the_call(server: Server) -> None:
    server.on(TOKEN_PATH, tells({"code": 108}, 400, concur_correlationid="theirs-7"))

    with pytest.raises(CredentialsRefused, match=r"\(correlation id theirs-7\)\.") as refused:
        company(server).fetch(stored(server))
    assert refused.value.evidence["correlation"] == "theirs-7"


def test_where_nobody_answers_the_error_carries_our_own_id(server: Server) -> None:
    server.on(TOKEN_PATH, resets)

    with pytest.raises(Unavailable) as lost:
        company(server).fetch(stored(server))
    assert lost.value.evidence["correlation"] == server.heard[0].headers["concur-correlationid"]
    assert str(lost.value.evidence["correlation"]) in lost.value.message


def test_on_the_first_day_a_lost_refresh_token_is_had_once_more(server: Server) -> None:
    server.on(TOKEN_PATH, tells({"code": 108}, status=400), tells(granted(server)))

    token = company(server).fetch(stored(server, connected=NOW - dt.timedelta(hours=23)))

    assert token.refresh == "r2"
    assert [form_of(heard)["grant_type"] for heard in server.heard] == ["refresh_token", "password"]


@pytest.mark.parametrize(("hours", "code"), [(25, 108), (1, 53)])
def test_otherwise_a_refused_refresh_token_is_final(server: Server, hours: int, code: int) -> None:
    server.on(TOKEN_PATH, tells({"code": code}, status=400))

    with pytest.raises(CredentialsRefused, match=f"code {code}"):
        company(server).fetch(stored(server, connected=NOW - dt.timedelta(hours=hours)))
    assert len(server.heard) == 1


def test_when_the_request_token_is_refused_as_well_the_first_refusal_counts(server: Server) -> None:
    server.on(TOKEN_PATH, tells({"code": 108}, status=400), tells({"code": 19}, status=400))

    with pytest.raises(CredentialsRefused, match="code 108"):
        company(server).fetch(stored(server, connected=NOW))


def test_a_company_that_was_never_connected_says_how(server: Server) -> None:
    with pytest.raises(CredentialsRefused, match="never been connected to its company; connect the company again"):
        company(server, request_token="").fetch(None)
    assert server.heard == []


@pytest.mark.parametrize("access", [None, "", "a b", "ä", "a\n"])
def test_an_answer_without_a_usable_token_may_pass(server: Server, access: object) -> None:
    server.on(TOKEN_PATH, tells(granted(server, access_token=access)))

    with pytest.raises(Unavailable, match="without a usable access_token"):
        company(server).fetch(stored(server))


def test_a_login_page_may_pass(server: Server) -> None:
    server.on(TOKEN_PATH, says(200, b"<html>"))

    with pytest.raises(Unavailable, match="not JSON"):
        company(server).fetch(stored(server))


def test_the_event_service_gets_a_token_of_the_application(server: Server) -> None:
    server.on(TOKEN_PATH, tells(granted(server, refresh_token=None)))

    token = company(server).application()

    assert form_of(server.heard[0])["grant_type"] == "client_credentials"
    assert (token.access, token.refresh) == ("a2", None)


def test_no_secret_shows(server: Server) -> None:
    assert SECRET not in repr(Keys(client_secret=SECRET, request_token=REQUEST_TOKEN))
    assert SECRET not in company(server).describe()


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-05-20T12:00:00+00:00", "2026-11-20T12:00:00+00:00"),
        ("2026-08-31T00:00:00+00:00", "2027-02-28T00:00:00+00:00"),
        ("2026-12-31T00:00:00", "2027-06-30T00:00:00+00:00"),
    ],
)
def test_a_refresh_token_lapses_six_months_after_it_was_last_replaced(since: str, until: str) -> None:
    token = Token(access="a", refresh="r", extra={"refreshed_at": since})

    assert expiry.lapses_at(token) == dt.datetime.fromisoformat(until)


@pytest.mark.parametrize("token", [None, Token(access="a"), Token(access="a", extra={"refreshed_at": "soon"})])
def test_nothing_lapses_where_nothing_is_known(token: Token | None) -> None:
    assert expiry.lapses_at(token) is None


def test_every_call_goes_where_the_newest_token_says(server: Server, home: Server) -> None:
    path = "/financialintegration/fi/v4/companies/transactiontypes/expense/transactions"
    server.on(TOKEN_PATH, tells(granted(home, access_token="first", refresh_token="r1")))
    home.on(path, says(401, b""), tells({"content": []}))
    home.on(TOKEN_PATH, tells(granted(home, access_token="second", refresh_token="r2")))
    connection = Connection(url=server.url)

    assert [page.rows for page in connection.source().pages(Query(entity="expenses"))] == [()]

    assert [heard.path for heard in server.heard] == [TOKEN_PATH]
    assert [heard.path for heard in home.heard] == [path, TOKEN_PATH, path]
    assert [heard.headers.get("authorization") for heard in home.heard] == ["Bearer first", None, "Bearer second"]
    assert [token.refresh for token in connection.tokens.kept] == ["r1", "r2"]
    assert query_of(home.heard[0]) == {"page": "0", "limit": "100"}
    assert json.dumps(connection.config).find("concur-sandbox") == -1
