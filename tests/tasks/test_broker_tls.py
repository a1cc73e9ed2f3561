"""Over TLS every process of ours looks at whom it speaks to, before it says the password."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

import pytest

from connector.config.broker import broker_of
from connector.config.settings import Settings
from connector.operations.health import broker
from tests.certificates import self_signed
from tests.serving import serving
from tests.tasks.asking import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.certificates import Pair

PASSWORD = "canary-password"


@pytest.fixture
def server_pair(tmp_path: Path) -> Pair:
    return self_signed(tmp_path)


@contextmanager
def impostor(pair: Pair) -> Iterator[tuple[int, list[bytes]]]:
    """Somebody with a certificate of their own who agrees to everything; what they heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    heard: list[bytes] = []

    class Agreeing(BaseRequestHandler):
        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as encrypted:
                    while said := encrypted.recv(4096):
                        heard.append(said)
                        encrypted.sendall(b"+OK\r\n" * max(1, said.count(b"*")))
            except OSError:
                """They hung up."""

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with serving(Server(("127.0.0.1", 0), Agreeing)) as server:
        yield server.server_address[1], heard


@pytest.mark.parametrize("who", EVERYBODY)
def test_an_impostor_is_told_nothing(who: Callable[[Settings], None], server_pair: Pair) -> None:
    with impostor(server_pair) as (port, heard):
        settings = Settings(broker_url=f"rediss://:{PASSWORD}@127.0.0.1:{port}/0")
        with pytest.raises(Exception, match=r"(?i)certificate"):
            who(settings)
    assert heard == []


def test_the_doctor_says_whose_certificate_is_not_trusted(server_pair: Pair) -> None:
    with impostor(server_pair) as (port, _):
        [found] = broker.examine(broker_of(Settings(broker_url=f"rediss://:{PASSWORD}@127.0.0.1:{port}/0")))
    assert found.found == (
        "The certificate of Redis at 127.0.0.1 is not trusted (self-signed certificate); it was told nothing."
    )
    assert "ML_CONNECTOR_BROKER_CA" in found.advice
