from __future__ import annotations

import errno
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, Unavailable
from connector.domain.outbound import NOTHING_SAID
from connector.http import wire
from connector.http.connection_settings import Reaching
from connector.http.opening import opened
from connector.http.request import Request
from connector.http.session import Http
from tests.certificates import self_signed
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.certificates import Pair

POST = Request(method="POST", url="/", writes=True)


class Hello(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


class Connection:
    """As much of ``ports.OpenConnection`` as opening takes."""

    name = "acme"
    allow_private_addresses = False
    outbound = NOTHING_SAID


class Quiet(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that refuses our certificate is what some tests are about."""


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return self_signed(tmp_path)


@pytest.fixture
def certificate(pair: Pair) -> Path:
    return pair.cert


@pytest.fixture
def encrypted(pair: Pair) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    server = Quiet(("127.0.0.1", 0), Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield server.server_port


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(encrypted: int) -> None:
    http = Http(name="acme", base_url=f"https://127.0.0.1:{encrypted}", allow_private=True, allow_plain=True)

    with pytest.raises(ConfigurationError, match=r"the certificate of 127\.0\.0\.1 is self-signed"):
        http.send(POST)


def test_a_certificate_for_another_name_is_refused(encrypted: int, certificate: Path) -> None:
    http = Http(
        name="acme",
        base_url=f"https://localhost:{encrypted}",
        allow_private=True,
        allow_plain=True,
        ca_file=str(certificate),
    )

    with pytest.raises(ConfigurationError, match="the certificate of localhost is not trusted"):
        http.send(POST)


def test_a_private_authority_is_trusted_when_the_connection_names_it(encrypted: int, certificate: Path) -> None:
    http = Http(
        name="acme",
        base_url=f"https://127.0.0.1:{encrypted}",
        allow_private=True,
        allow_plain=True,
        ca_file=str(certificate),
    )

    assert http.send(POST).json() == {}
    http.close()


def test_a_connection_names_its_authority_in_its_configuration(encrypted: int, certificate: Path) -> None:
    """So nobody needs plain http for a server with a certificate of their own."""
    url = f"https://127.0.0.1:{encrypted}"
    config = Reaching(ca_file=str(certificate), allow_private_addresses=True)
    http = opened(Connection(), url, config)

    assert http.send(POST).json() == {}
    http.close()
    with pytest.raises(ConfigurationError, match=r"name its authority where this connection takes one \(ca_file\)"):
        opened(Connection(), url, Reaching(allow_private_addresses=True)).send(POST)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TimeoutError(), "did not accept a connection on port 443 in time"),
        (ssl.SSLError("wrong version number"), "did not agree on an encrypted connection"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "cannot be reached on port 443"),
    ],
)
def test_what_goes_wrong_before_sending_is_told_apart(error: Exception, sentence: str) -> None:
    def connect() -> None:
        raise error

    with pytest.raises(Unavailable, match=sentence) as raised:
        wire._before_sending(connect, name="acme", host="erp.example", port=443)

    assert str(raised.value).endswith("Nothing was sent.")
