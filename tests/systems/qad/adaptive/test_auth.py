from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, CredentialsRefused, Unavailable
from connector.domain.exchange import Query
from connector.domain.token import Token
from connector.systems.qad.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNTS = "urn:browse:mfg:xxgl01"
ROW = {
    "GL.GLCode": "4000",
    "GL.GLDescription": "Sales",
    "GL.GLTypeCode": "STANDARD",
    "GL.GLIsActive": True,
    "GL.GLIsCostCentreAccount": False,
    "GL.GLIsProjectAccount": False,
    "GL.LastModifiedDate": "2026-11-20",
    "GL.LastModifiedTime": 60,
}


def _read(connection: Any) -> list[str]:
    pages = SYSTEM.source(connection).pages(Query(entity="accounts"))
    return [row.payload["account"] for page in pages for row in page.rows]


def _serve(instance: Any) -> None:
    instance.hold(ACCOUNTS, ROW)


def test_the_password_grant_sends_its_credentials_in_the_body_only(instance: Any, connect: Callable[..., Any]) -> None:
    _serve(instance)
    assert _read(connect()) == ["4000"]
    (login,) = instance.asked("oauth/token")
    assert login.query == {}
    assert login.form["grant_type"] == "password"
    assert login.form["client_id"] == "0123456789abcdef0123456789abcdef"
    assert "authorization" not in login.headers


def test_each_request_names_the_workspace_and_a_user_agent(instance: Any, connect: Callable[..., Any]) -> None:
    _serve(instance)
    _read(connect())
    for call in instance.asked("browses"):
        assert call.headers["x-qad-workspace-id"] == "10USA_10USACO"
        assert call.headers["user-agent"].startswith("ml-connector/")
        assert call.headers["authorization"] == "Bearer token-1"


def test_the_lifetime_of_a_token_is_honoured_and_unknown_ones_are_tried(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _serve(instance)
    connection = connect()
    before = dt.datetime.now(dt.UTC)
    _read(connection)
    fetched = connection.tokens.stored.expires_at - dt.timedelta(hours=1)
    assert before <= fetched <= dt.datetime.now(dt.UTC)
    for odd in (None, "soon", -5, 10**12):
        instance.extra["oauth/token"] = 200, {"access_token": "token-1", "expires_in": odd}
        connection.tokens.stored = None
        assert _read(connection) == ["4000"]
        assert connection.tokens.stored.expires_at is None


def test_an_expired_token_is_renewed_with_its_refresh_token(instance: Any, connect: Callable[..., Any]) -> None:
    _serve(instance)
    connection = connect()
    _read(connection)
    instance.tokens.clear()
    assert _read(connection) == ["4000"]
    assert [call.form["grant_type"] for call in instance.asked("oauth/token")] == ["password", "refresh_token"]
    assert instance.asked("oauth/token")[1].form["refresh_token"] == "again-1"


def test_a_refused_refresh_token_falls_back_to_the_password(instance: Any, connect: Callable[..., Any]) -> None:
    _serve(instance)
    connection = connect()
    connection.tokens.stored = Token(access="gone", refresh="gone-too")
    instance.refresh_works = False
    assert _read(connection) == ["4000"]
    assert [call.form["grant_type"] for call in instance.asked("oauth/token")] == ["refresh_token", "password"]


def test_an_answer_without_a_refresh_token_keeps_the_old_one(instance: Any, connect: Callable[..., Any]) -> None:
    _serve(instance)
    connection = connect()
    connection.tokens.stored = Token(access="gone", refresh="keep-me")
    instance.extra["oauth/token"] = 200, {"access_token": "token-1"}
    instance.tokens.add("token-1")
    assert _read(connection) == ["4000"]
    assert connection.tokens.stored.refresh == "keep-me"


def test_a_wrong_password_is_told_without_being_repeated(instance: Any, connect: Callable[..., Any]) -> None:
    with pytest.raises(CredentialsRefused) as error:
        _read(connect(password="not-it"))
    assert error.value.message == (
        "QAD connection acme-qad does not accept the login of mfg (invalid_grant); check client_id, username and "
        "password, then `connection rotate`."
    )
    assert "not-it" not in repr(error.value)


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        ((404, ""), ConfigurationError, "has no oauth/token \\(404\\); check base_url with its context root"),
        ((418, ""), Unavailable, "answered oauth/token with HTTP 418; try again"),
        ((200, "<html>login</html>"), Unavailable, "not JSON"),
        ((200, []), Unavailable, "something else than a login"),
        ((200, {}), Unavailable, "without a usable access_token"),
        ((200, {"access_token": "to\nken"}), Unavailable, "without a usable access_token"),
        ((200, {"access_token": "to ken"}), Unavailable, "without a usable access_token"),
        ((200, {"access_token": "tök\u0113n"}), Unavailable, "without a usable access_token"),
        ((401, "<html>"), CredentialsRefused, "does not accept the login of mfg; check client_id"),
    ],
)
def test_every_other_answer_to_a_login_has_its_sentence(
    instance: Any, connect: Callable[..., Any], said: Any, kind: type[Exception], sentence: str
) -> None:
    instance.extra["oauth/token"] = said
    with pytest.raises(kind, match=sentence):
        _read(connect())


def test_a_session_travels_as_a_cookie_and_is_opened_again_when_it_ends(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _serve(instance)
    connection = connect(auth="session", client_id="")
    assert _read(connection) == ["4000"]
    instance.tokens.clear()
    assert _read(connection) == ["4000"]
    assert len(instance.asked("api/login")) == 2
    assert instance.asked("browses")[-1].headers["cookie"] == "JSESSIONID=token-2"


@pytest.mark.parametrize("session", ["", None, "a;b", "a\nb", 7])
def test_a_session_id_that_would_break_the_cookie_is_not_used(
    instance: Any, connect: Callable[..., Any], session: object
) -> None:
    instance.extra["api/login"] = 200, {"sessionId": session}
    with pytest.raises(Unavailable, match="without a usable sessionId"):
        _read(connect(auth="session"))


def test_basic_sends_user_and_password_each_time_and_logs_in_nowhere(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _serve(instance)
    assert _read(connect(auth="basic", client_id="")) == ["4000"]
    assert instance.logins == 0


def test_basic_survives_one_401_and_stops_at_the_second(instance: Any, connect: Callable[..., Any]) -> None:
    _serve(instance)
    instance.first = [(401, {})]
    assert _read(connect(auth="basic")) == ["4000"]
    with pytest.raises(CredentialsRefused, match="whether the instance allows Basic"):
        _read(connect(auth="basic", password="not-it"))


def test_a_connection_without_password_says_how_to_give_it_one(connect: Callable[..., Any]) -> None:
    with pytest.raises(
        ConfigurationError, match="acme-qad has no password; give it one with `connection rotate acme-qad`"
    ):
        SYSTEM.source(connect(password=""))


def test_a_connection_that_says_writes_false_is_never_posted_to(connect: Callable[..., Any]) -> None:
    with pytest.raises(ConfigurationError, match="says `writes: false`: nothing is posted into this QAD"):
        SYSTEM.target(connect(writes=False))
