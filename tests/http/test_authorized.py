from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import CredentialsRefused, Unavailable
from connector.domain.token import Token
from connector.http.authorized import MOST_REFUSALS, Authorized
from connector.http.request import Request
from tests.http.misbehaving import Heard, says

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.http.misbehaving import Server

GET = Request(method="GET", url="/things", headers={"X-Workspace": "10USA"})


@dataclass
class Shelf:
    """The shared token, without a database."""

    stored: Token | None = None
    renewed: list[Token | None] = field(default_factory=list)

    def current(self) -> Token | None:
        return self.stored

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        self.renewed.append(stale)
        if self.stored is None or self.stored == stale:
            self.stored = fetch(self.stored)
        return self.stored


def token(number: int, *, lasts: float = 3600) -> Token:
    return Token(access=f"t{number}", expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=lasts))


@dataclass
class Issuer:
    lasts: float = 3600
    issued: int = 0

    def __call__(self, _: Token | None) -> Token:
        self.issued += 1
        return token(self.issued, lasts=self.lasts)


def accepts(*good: str) -> Callable[[Heard, socket.socket], None]:
    def behave(heard: Heard, connection: socket.socket) -> None:
        accepted = heard.headers.get("authorization", "").removeprefix("Bearer ") in good
        says(200 if accepted else 401, b"", Content_Type="; charset=UTF-8")(heard, connection)

    return behave


def test_the_first_request_logs_in_and_the_next_reuse_the_token(server: Server) -> None:
    server.on("/things", accepts("t1"))
    issuer, shelf = Issuer(), Shelf()
    authorized = Authorized(http=server.http(), tokens=shelf, fetch=issuer)

    assert [authorized.send(GET).status for _ in range(3)] == [200, 200, 200]
    assert issuer.issued == 1
    assert server.heard[0].headers["x-workspace"] == "10USA"


def test_a_stored_token_is_used_without_logging_in(server: Server) -> None:
    server.on("/things", accepts("t7"))
    issuer = Issuer()

    assert Authorized(http=server.http(), tokens=Shelf(token(7)), fetch=issuer).send(GET).ok
    assert issuer.issued == 0


def test_a_token_about_to_end_is_renewed_before_it_is_refused(server: Server) -> None:
    server.on("/things", accepts("t1"))
    ending = token(9, lasts=20)
    shelf = Shelf(ending)

    assert Authorized(http=server.http(), tokens=shelf, fetch=Issuer()).send(GET).ok
    assert shelf.renewed == [ending]
    assert len(server.heard) == 1


def test_a_401_without_any_explanation_renews_once_and_sends_once_more(server: Server) -> None:
    server.on("/things", accepts("t1"))
    shelf, issuer = Shelf(token(9)), Issuer()

    assert Authorized(http=server.http(), tokens=shelf, fetch=issuer).send(GET).ok
    assert issuer.issued == 1
    assert len(server.heard) == 2


def test_a_token_another_process_renewed_is_used_instead_of_a_second_login(server: Server) -> None:
    server.on("/things", accepts("t5"))
    shelf, issuer = Shelf(token(4)), Issuer()
    authorized = Authorized(http=server.http(), tokens=shelf, fetch=issuer)
    authorized.token()
    shelf.stored = token(5)

    assert authorized.send(GET).ok
    assert issuer.issued == 0


def test_a_second_401_in_a_row_is_not_taken_for_wrong_credentials_at_once(server: Server) -> None:
    server.on("/things", says(401), says(401), says(200))
    authorized = Authorized(http=server.http(), tokens=Shelf(), fetch=Issuer())

    with pytest.raises(Unavailable, match="401 twice"):
        authorized.send(GET)
    assert authorized.send(GET).ok


def test_tokens_that_are_never_accepted_stop_the_connection(server: Server) -> None:
    server.on("/things", says(401))
    authorized = Authorized(http=server.http(), tokens=Shelf(), fetch=Issuer())

    for _ in range(MOST_REFUSALS - 1):
        with pytest.raises(Unavailable):
            authorized.send(GET)
    with pytest.raises(CredentialsRefused, match="issues tokens but refuses every one"):
        authorized.send(GET)


def test_one_accepted_token_proves_the_credentials_right(server: Server) -> None:
    doubled = [says(401)] * 2 * (MOST_REFUSALS - 1)
    server.on("/things", *doubled, says(200), *doubled, says(200))
    authorized = Authorized(http=server.http(), tokens=Shelf(), fetch=Issuer())

    for _ in range(2):
        for _ in range(MOST_REFUSALS - 1):
            with pytest.raises(Unavailable):
                authorized.send(GET)
        assert authorized.send(GET).ok


def test_tokens_shorter_than_the_margin_still_work(server: Server) -> None:
    server.on("/things", accepts("t1", "t2"))
    issuer = Issuer(lasts=10)
    authorized = Authorized(http=server.http(), tokens=Shelf(), fetch=issuer)

    assert [authorized.send(GET).status for _ in range(2)] == [200, 200]
    assert issuer.issued == 2


def test_a_system_may_write_its_token_in_its_own_header(server: Server) -> None:
    server.on("/things", says())
    authorized = Authorized(
        http=server.http(),
        tokens=Shelf(token(1)),
        fetch=Issuer(),
        header=lambda token: {"Cookie": f"JSESSIONID={token.access}"},
    )

    authorized.send(GET)

    assert server.heard[0].headers["cookie"] == "JSESSIONID=t1"


def test_a_token_may_say_where_paths_lead(server: Server) -> None:
    server.on("/there/things", accepts("t1"))
    server.on("/elsewhere", accepts("t1"))
    authorized = Authorized(
        http=server.http("/here"), tokens=Shelf(), fetch=Issuer(), base=lambda _: f"{server.url}/there/"
    )

    assert authorized.send(GET).ok
    assert authorized.send(Request(method="GET", url=f"{server.url}/elsewhere")).ok
    assert [heard.path for heard in server.heard] == ["/there/things", "/elsewhere"]
