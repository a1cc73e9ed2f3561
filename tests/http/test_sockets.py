from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from connector.http.request import Request
from connector.http.sockets import MOST
from tests.http.misbehaving import says

if TYPE_CHECKING:
    from tests.http.misbehaving import Server

GET = Request(method="GET", url="/things")


def test_a_thread_keeps_its_sockets_to_as_many_connections(server: Server) -> None:
    server.on("/things", says())
    connections = [server.http() for _ in range(MOST)]
    for http in connections * 2:
        assert http.send(GET).ok
    assert server.connections == MOST


def test_a_thread_that_talks_to_more_closes_its_oldest_and_opens_it_when_it_is_needed(server: Server) -> None:
    server.on("/things", says())
    first = server.http()
    others = [server.http() for _ in range(MOST)]
    for http in (first, *others, first):
        assert http.send(GET).ok
    assert server.connections == len(others) + 2


def test_it_is_that_which_was_not_used_for_longest(server: Server) -> None:
    server.on("/things", says())
    always = server.http()
    others = [server.http() for _ in range(2 * MOST)]
    for http in others:
        assert always.send(GET).ok
        assert http.send(GET).ok
    assert server.connections == len(others) + 1


def test_what_was_closed_is_opened_once(server: Server) -> None:
    server.on("/things", says())
    http = server.http()
    for _ in range(MOST + 2):
        assert http.send(GET).ok
        http.close()
    before = server.connections
    for _ in range(MOST):
        assert http.send(GET).ok
    assert server.connections == before + 1


def test_what_nobody_has_any_more_is_closed_at_once(server: Server) -> None:
    server.on("/things", says())
    http = server.http()
    assert http.send(GET).ok
    gone = weakref.ref(http)
    del http
    assert gone() is None


def test_what_one_thread_closes_is_open_for_another(server: Server) -> None:
    server.on("/things", says())
    first = server.http()
    others = [server.http() for _ in range(MOST)]
    assert first.send(GET).ok

    thread = threading.Thread(target=lambda: [http.send(GET) for http in (first, *others)])
    thread.start()
    thread.join()
    before = server.connections

    assert first.send(GET).ok
    assert server.connections == before


def test_what_is_closed_or_gone_counts_no_more(server: Server) -> None:
    server.on("/things", says())
    stays = server.http()
    assert stays.send(GET).ok
    for _ in range(MOST):
        assert server.http().send(GET).ok
        passing = server.http()
        assert passing.send(GET).ok
        passing.close()
    before = server.connections
    assert stays.send(GET).ok
    assert server.connections == before
