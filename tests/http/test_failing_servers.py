from __future__ import annotations

import gzip
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, RateLimited, Unanswered, Unavailable
from connector.embedded.places import free_port
from connector.http.session import Http
from tests.http.misbehaving import Heard, resets, says, truncates
from tests.http.plain import GET, POST

if TYPE_CHECKING:
    import socket

    from connector.http.request import Request
    from tests.http.misbehaving import Server


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_an_understood_refusal_is_an_answer(server: Server, status: int) -> None:
    server.on("/things", says(status, b'{"error": "no"}'))

    answer = server.http().send(POST)

    assert (answer.status, answer.object()) == (status, {"error": "no"})
    assert not answer.ok


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_failing_server_is_unavailable_for_a_read_and_in_doubt_for_a_write(server: Server, status: int) -> None:
    server.on("/things", says(status, Retry_After="7"))

    with pytest.raises(Unavailable, match=rf"acme \(127\.0\.0\.1:\d+\) answered {status}") as unavailable:
        server.http().send(GET)
    with pytest.raises(Unanswered, match="may have taken effect"):
        server.http().send(POST)

    assert unavailable.value.retry_after == 7


def test_too_many_requests_names_the_seconds_to_wait(server: Server) -> None:
    server.on("/things", says(429, Retry_After="12"))

    with pytest.raises(RateLimited, match="asks for 12 seconds") as limited:
        server.http().send(POST)

    assert limited.value.retry_after == 12


def test_a_date_to_wait_for_counts_from_the_servers_own_clock(server: Server) -> None:
    server.on("/things", says(429, Retry_After="Fri, 01 Jan 2100 00:01:30 GMT", Date="Fri, 01 Jan 2100 00:00:00 GMT"))

    with pytest.raises(RateLimited) as limited:
        server.http().send(GET)

    assert limited.value.retry_after == 90


def test_too_many_requests_without_a_wait_says_none(server: Server) -> None:
    server.on("/things", says(429))

    with pytest.raises(RateLimited) as limited:
        server.http().send(GET)

    assert limited.value.retry_after is None


@pytest.mark.parametrize("request_", [GET, POST])
def test_a_refused_connection_changed_nothing(request_: Request) -> None:
    http = Http(name="acme", base_url=f"http://127.0.0.1:{free_port()}", allow_private=True, allow_plain=True)

    with pytest.raises(Unavailable, match=r"acme: 127\.0\.0\.1 refuses connections on port \d+.*Nothing was sent"):
        http.send(request_)


def test_an_unknown_host_changed_nothing() -> None:
    http = Http(name="acme", base_url="https://no-such-host.invalid", allow_private=False, allow_plain=False)

    with pytest.raises(Unavailable, match="cannot be found in DNS"):
        http.send(POST)


def test_a_server_that_does_not_speak_tls_changed_nothing(server: Server) -> None:
    http = Http(name="acme", base_url=f"https://127.0.0.1:{server.port}", allow_private=True, allow_plain=True)

    with pytest.raises((Unavailable, ConfigurationError), match="Nothing was sent"):
        http.send(POST)


@pytest.mark.parametrize("behaviour", [resets, truncates])
def test_a_broken_connection_leaves_a_write_in_doubt(server: Server, behaviour: Any) -> None:
    server.on("/things", behaviour)

    with pytest.raises(Unavailable, match="broke the connection off"):
        server.http().send(GET)
    with pytest.raises(Unanswered, match="broke the connection off before its answer was complete: the POST may have"):
        server.http().send(POST)


def test_a_hanging_server_leaves_a_write_in_doubt(server: Server) -> None:
    server.on("/things", server.hangs)

    with pytest.raises(Unanswered, match=r"did not answer within 0\.2 seconds: the POST may have taken effect"):
        server.http(timeout=0.2).send(POST)
    with pytest.raises(Unavailable, match=r"did not answer within 0\.2 seconds\."):
        server.http(timeout=0.2).send(GET)


def test_an_answer_that_stalls_is_given_up(server: Server) -> None:
    def stalls(heard: Heard, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        server.hangs(heard, connection)

    server.on("/things", stalls)

    with pytest.raises(Unanswered, match=r"did not answer within 0\.2 seconds"):
        server.http(timeout=0.2).send(POST)


def test_an_answer_that_trickles_for_ever_is_given_up(server: Server) -> None:
    def trickles(_: Heard, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not server.released.wait(0.01):
            connection.sendall(b"1\r\n \r\n")

    server.on("/things", trickles)

    every_chunk_takes_a_minute = itertools.count(step=60).__next__
    with pytest.raises(Unavailable, match="was still answering after 600 seconds"):
        server.http(timeout=60, clock=every_chunk_takes_a_minute).send(GET)


def test_a_huge_answer_is_not_read(server: Server) -> None:
    server.on("/things", says(body=gzip.compress(b" " * 2_000_000), Content_Encoding="gzip"))

    with pytest.raises(Unavailable, match="more than 1,000,000 bytes"):
        server.http(most_bytes=1_000_000).send(GET)
