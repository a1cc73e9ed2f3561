from __future__ import annotations

import gc
import threading
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


def test_a_connection_that_is_gone_is_kept_by_nobody(server: Server) -> None:
    server.on("/things", says())
    for _ in range(2 * MOST):
        assert server.http().send(GET).ok
    gc.collect()
    http = server.http()
    assert http.send(GET).ok
    assert http.send(GET).ok
    assert server.connections == 2 * MOST + 1
