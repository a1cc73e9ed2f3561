from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI, Response

from connector.inbound.deadlines import HEAD_SECONDS, UNREAD_SECONDS
from connector.inbound.webhooks import PATIENCE_SECONDS
from tests.console.receiver import Receiver, Serving, pem
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    import socket

    from cryptography.hazmat.primitives.asymmetric import rsa

HEAD = b"POST /webhooks/concur HTTP/1.1\r\nHost: x\r\n"
BODY = HEAD + b"Content-Length: 100\r\n\r\n{"


def hung_up(line: socket.socket) -> bool:
    """Whether the other side ends it, after what it had said before."""
    try:
        while line.recv(1000):
            pass
    except ConnectionResetError:
        pass
    return True


def test_who_never_ends_a_head_is_hung_up_on(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    for sent in (b"", HEAD):
        with receiver.connect() as line:
            line.sendall(sent)
            until(receiver.connections, "the connection is there")
            receiver.loop.advance(HEAD_SECONDS - 1)
            assert receiver.get("/healthz").ok
            assert receiver.connections() >= 1, "not too early"
            receiver.loop.advance(1)
            assert hung_up(line)
    given_up = [record for record in caplog.records if record.message == "http.given_up"]
    assert {record.__dict__["peer"].split(":")[0] for record in given_up} == {"127.0.0.1"}


def test_an_event_that_trickles_in_is_given_up(receiver: Receiver) -> None:
    with receiver.connect() as line:
        line.sendall(BODY)
        until(receiver.connections, "the connection is there")
        assert receiver.get("/healthz").ok, "so the loop has seen what was sent before"
        receiver.loop.advance(PATIENCE_SECONDS)
        assert line.recv(1000).startswith(b"HTTP/1.1 408")


def test_who_was_answered_and_goes_on_sending_is_hung_up_on(receiver: Receiver) -> None:
    for sent, answer in ((HEAD + b"Content-Length: 999999\r\n\r\n{", b"413"), (b"GET /healthz HTTP/1.1\r\n", b"200")):
        with receiver.connect() as line:
            line.sendall(sent if answer == b"413" else sent + b"Host: x\r\nContent-Length: 9\r\n\r\n{")
            assert line.recv(1000).startswith(b"HTTP/1.1 " + answer)
            line.sendall(b"{")
            assert receiver.get("/healthz").ok, "so what trickles has kept the connection from being idle"
            receiver.loop.advance(HEAD_SECONDS)
            assert hung_up(line)


def test_a_request_that_came_in_time_may_take_as_long_as_it_takes(private_keys: list[rsa.RSAPrivateKey]) -> None:
    asked, answered = threading.Event(), threading.Event()

    def ready() -> str:
        asked.set()
        answered.wait(HANG_SECONDS)
        return ""

    with Receiver(pem(*private_keys), ready=ready) as receiver, receiver.connect() as line:
        line.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        asked.wait(HANG_SECONDS)
        receiver.loop.advance(10 * HEAD_SECONDS)
        assert receiver.get("/healthz").ok
        answered.set()
        assert line.recv(1000).startswith(b"HTTP/1.1 200")


def test_health_answers_while_everything_else_hangs(private_keys: list[rsa.RSAPrivateKey]) -> None:
    hanging, over = threading.Semaphore(0), threading.Event()

    def ready() -> str:
        hanging.release()
        over.wait(2 * HANG_SECONDS)
        return ""

    with Receiver(pem(*private_keys), ready=ready) as receiver:
        lines = [receiver.connect() for _ in range(60)]
        for line in lines:
            line.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(40):  # as many threads as there are
            assert hanging.acquire(timeout=HANG_SECONDS)
        try:
            assert receiver.get("/healthz").text == "alive\n"
        finally:
            over.set()
            for line in lines:
                line.close()


@pytest.mark.parametrize("said", [b"", HEAD, BODY], ids=["nothing", "half a head", "half a body"])
def test_who_says_nothing_keeps_nobody_else_out(
    private_keys: list[rsa.RSAPrivateKey], caplog: pytest.LogCaptureFixture, said: bytes
) -> None:
    with Receiver(pem(*private_keys), most=5) as receiver, contextlib.ExitStack() as lines:
        silent = []
        for number in range(1, 6):
            silent.append(lines.enter_context(receiver.connect()))
            silent[-1].sendall(said)
            until(lambda: receiver.connections() == number, "it is connected")  # noqa: B023 - asked at once
        for _ in range(3):
            assert receiver.get("/readyz").status_code == 200
            assert receiver.send(json.dumps({}).encode(), "").status_code == 400, "refused for its signature alone"
        assert hung_up(silent[0])
        assert receiver.connections() <= 6
    assert "others came, and no request had" in {record.__dict__.get("why") for record in caplog.records}


def test_too_many_requests_at_once_are_refused_and_health_answers(private_keys: list[rsa.RSAPrivateKey]) -> None:
    hanging, over = threading.Semaphore(0), threading.Event()

    def ready() -> str:
        hanging.release()
        over.wait(2 * HANG_SECONDS)
        return ""

    with Receiver(pem(*private_keys), most=5, ready=ready) as receiver, contextlib.ExitStack() as lines:
        lines.callback(over.set)
        for _ in range(5):
            line = lines.enter_context(receiver.connect())
            line.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert hanging.acquire(timeout=HANG_SECONDS)
        assert receiver.get("/readyz").status_code == 503
        assert receiver.get("/healthz").status_code == 200


def test_health_is_being_alive_and_readiness_is_a_ledger_that_answers(receiver: Receiver) -> None:
    assert receiver.get("/healthz").status_code == 200
    assert receiver.get("/readyz").status_code == 200
    receiver.wrong = "The ledger cannot be reached."
    answer = receiver.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "The ledger cannot be reached.\n")


def test_who_does_not_read_what_is_answered_keeps_nobody_else_out() -> None:
    app = FastAPI()

    @app.get("/much")
    async def much() -> Response:
        return Response(b"x" * 16_000_000)

    @app.get("/little")
    async def little() -> str:
        return "here"

    with Serving(app, limit_concurrency=3) as serving, contextlib.ExitStack() as lines:
        for number in range(1, 4):
            line = lines.enter_context(serving.connect())
            line.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
            until(lambda: serving.connections() == number, "it is connected")  # noqa: B023 - asked at once
        until(lambda: serving.unread() == 3, "none of them reads")
        assert serving.get("/little").status_code == 200, "one of them made room"
        assert serving.unread() == 2
        serving.loop.advance(UNREAD_SECONDS)
        until(lambda: serving.unread() == 0, "they are hung up on")


def test_a_request_with_two_lengths_is_refused_and_what_is_behind_it_is_none(receiver: Receiver) -> None:
    """In front is a proxy that goes by Content-Length: what it took for a body must not be a request here."""
    hidden = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    said = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(hidden)
    with receiver.connect() as line:
        line.sendall(HEAD + said + hidden)
        answers = b"".join(iter(lambda: line.recv(1000), b""))
    assert answers.startswith(b"HTTP/1.1 400")
    assert b"alive" not in answers
