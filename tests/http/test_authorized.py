from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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


@dataclass
class Hand:
    """A clock that only the test moves."""

    now: dt.datetime = dt.datetime(2026, 11, 28, 10, tzinfo=dt.UTC)
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> dt.datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += dt.timedelta(seconds=seconds)


def waiting(server: Server, hand: Hand) -> Authorized:
    return Authorized(http=server.http(), tokens=Shelf(), fetch=Issuer(), pause=hand.pause, now=hand)


@pytest.mark.parametrize(("behind", "waits"), [(1, [1]), (3, [1, 2]), (7, [1, 2, 4])])
def test_a_token_that_is_not_valid_yet_is_tried_again(server: Server, behind: int, waits: list[float]) -> None:
    hand = Hand()
    valid = hand.now + dt.timedelta(seconds=behind)

    def behave(heard: Heard, connection: socket.socket) -> None:
        says(200 if hand.now >= valid else 401)(heard, connection)

    server.on("/things", behave)

    assert waiting(server, hand).send(GET).ok
    assert hand.waited == waits
    # the one it began with and the one it was renewed with; a younger one would be valid even later
    assert {heard.headers["authorization"] for heard in server.heard[1:]} == {"Bearer t2"}


def test_a_token_that_stays_refused_is_not_taken_for_wrong_credentials_at_once(server: Server) -> None:
    hand = Hand()
    server.on("/things", *[says(401)] * 5, says(200))
    authorized = waiting(server, hand)

    with pytest.raises(Unavailable, match="refused a token it had just issued"):
        authorized.send(GET)
    assert authorized.send(GET).ok


def test_tokens_that_are_never_accepted_stop_the_connection_and_name_both_clocks(server: Server) -> None:
    hand = Hand()
    server.on("/things", says(401, Date="Sat, 28 Nov 2026 09:58:07 GMT"))
    authorized = waiting(server, hand)

    for _ in range(MOST_REFUSALS - 1):
        with pytest.raises(Unavailable):
            authorized.send(GET)
    with pytest.raises(CredentialsRefused, match="issues tokens but refuses every one") as refused:
        authorized.send(GET)
    assert hand.waited == [1, 2, 4]
    assert (
        "its clock says 2026-11-28 09:58:07 UTC, 120 seconds behind ours (2026-11-28 10:00:07 UTC)"
        in refused.value.message
    )


@pytest.mark.parametrize(
    ("date", "sentence"),
    [
        (None, "its answer names no time, our clock says 2026-11-28 10:00:07 UTC"),
        ("yesterday", "its answer names no time"),
        ("Sat, 28 Nov 2026 10:00:08 GMT", "its clock says 2026-11-28 10:00:08 UTC, the same as ours"),
        ("Sat, 28 Nov 2026 10:00:37 GMT", "its clock says 2026-11-28 10:00:37 UTC, 30 seconds ahead of ours"),
    ],
)
def test_a_refused_token_names_what_the_answer_says_of_its_clock(
    server: Server, date: str | None, sentence: str
) -> None:
    server.on("/things", says(401, **({"Date": date} if date else {})))

    with pytest.raises(Unavailable) as refused:
        waiting(server, Hand()).send(GET)
    assert sentence in refused.value.message


def test_requests_that_are_refused_at_the_same_time_count_once(server: Server) -> None:
    server.on("/things", says(401))
    authorized = waiting(server, Hand())

    with ThreadPoolExecutor(3 * MOST_REFUSALS) as threads:
        begun = threading.Barrier(3 * MOST_REFUSALS)
        fetch = authorized.token
        authorized.token = lambda: (begun.wait(30), fetch())[1]  # type: ignore[method-assign]
        asked = [threads.submit(authorized.send, GET) for _ in range(3 * MOST_REFUSALS)]
    assert {type(one.exception()) for one in asked} == {Unavailable}


def test_one_accepted_token_proves_the_credentials_right(server: Server) -> None:
    failing = [says(401)] * (5 + 2 * (MOST_REFUSALS - 2))
    server.on("/things", *failing, says(200), *failing, says(200))
    authorized = waiting(server, Hand())

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


def test_of_many_threads_one_asks_for_a_token_and_the_others_wait_for_it(server: Server) -> None:
    server.on("/things", accepts("t2"))
    threads, shelf = 8, Slow(token(1))
    authorized = Authorized(http=server.http(), tokens=shelf, fetch=lambda _: token(2))
    with ThreadPoolExecutor(threads) as pool:
        assert [answer.status for answer in pool.map(authorized.send, [GET] * threads)] == [200] * threads
    assert shelf.most_at_once == 1
    assert len(shelf.renewed) == 1, "what was refused to one was refused to all of them"


class Slow(Shelf):
    """Counts who asks at the same time; each of them holds a connection to the ledger meanwhile."""

    def __init__(self, stored: Token) -> None:
        super().__init__(stored)
        self.most_at_once = self._asking = 0

    def current(self) -> Token | None:
        return self._one_of_many(super().current)

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        return self._one_of_many(lambda: super(Slow, self).renew(stale, fetch))

    def _one_of_many(self, ask: Callable[[], Any]) -> Any:
        self._asking += 1
        self.most_at_once = max(self.most_at_once, self._asking)
        threading.Event().wait(0.01)  # whoever may come does
        found = ask()
        self._asking -= 1
        return found
