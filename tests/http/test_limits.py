"""Answers made to fill the memory or to hold a process for ever; each is given up, in one sentence."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Unanswered, Unavailable
from connector.http.request import Request
from tests.http.misbehaving import Heard, says

if TYPE_CHECKING:
    import socket

    from tests.http.misbehaving import Behaviour, Server

GET = Request(method="GET", url="/things")
POST = Request(method="POST", url="/things", json={}, writes=True)
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
#: a compressed block that unpacks to nothing
NOTHING = b"\x00\x00\x00\xff\xff"


def for_ever(begin: bytes, again: bytes) -> Behaviour:
    """An answer that goes on until somebody hangs up."""

    def behave(_: Heard, connection: socket.socket) -> None:
        connection.sendall(begin)
        while True:
            connection.sendall(again * (100_000 // len(again)))

    return behave


ENDLESS = {
    "body in chunks": for_ever(HEAD + b"\r\n", b"1\r\n[\r\n"),
    "body without a length": for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b"["),
    "packed body that unpacks to nothing": for_ever(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], NOTHING
    ),
    "trailers": for_ever(HEAD + b"\r\n2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "interim answers": for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_an_answer_that_never_ends_is_given_up(server: Server, what: str) -> None:
    server.on("/things", ENDLESS[what])
    # Python 3.14 counts interim answers itself, and gives up sooner
    sooner = "|broke the connection off" if what == "interim answers" else ""
    with pytest.raises(Unavailable, match=f"answered with more than 100,000 bytes, which is not read{sooner}"):
        server.http(most_bytes=100_000).send(GET)


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_packed_small_is_not_let_grow_large(server: Server, times: int) -> None:
    packed = b"[" + b" " * 30_000_000 + b"]"
    for _ in range(times):
        packed = gzip.compress(packed)
    assert len(packed) < 47_000
    encodings = ", ".join(["gzip"] * times)
    server.on("/things", says(body=packed, Content_Encoding=encodings))

    with pytest.raises(Unavailable, match="answered with more than 1,000,000 bytes, which is not read"):
        server.http(most_bytes=1_000_000).send(GET)
    with pytest.raises(Unanswered, match="may have taken effect"):
        server.http(most_bytes=1_000_000).send(POST)


@pytest.mark.parametrize("body", [b"[%s{}]" % (b"{}," * 600), b"[%s[]]" % (b"[]," * 600), b"[%s0]" % (b"0.1," * 1100)])
def test_an_answer_of_few_bytes_and_many_values_is_not_read(server: Server, body: bytes) -> None:
    server.on("/things", says(body=gzip.compress(body), Content_Encoding="gzip"))

    with pytest.raises(Unavailable, match="answered with more than 1,000 values, which are not read"):
        server.http(most_elements=1000).send(GET)
    with pytest.raises(Unanswered, match="may have taken effect"):
        server.http(most_elements=1000).send(POST)
    assert server.http(most_elements=10_000).send(GET).json()


def test_commas_on_a_page_are_no_values(server: Server) -> None:
    server.on("/things", says(400, b"<p>" + b"," * 5000))
    assert server.http(most_elements=1000).send(GET).status == 400


def test_an_answer_as_long_as_allowed_is_read_with_its_head(server: Server) -> None:
    server.on("/things", says(body=b"[" + b" " * 998 + b"]", X_Long="y" * 5000))
    assert server.http(most_bytes=1000).send(GET).json() == []
