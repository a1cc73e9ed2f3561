"""What goes out through a company's proxy: whose it is, what it may not open, and what its failures are called."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest
import requests
from pydantic import ValidationError

from connector.domain.errors import ConfigurationError, ConnectorError, Unavailable
from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.http.connection_settings import Reaching
from connector.http.opening import opened
from connector.http.request import Request
from connector.http.through import session_to
from tests.certificates import self_signed
from tests.http.forward_proxy import Server, forward_proxy
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.http.session import Http
    from tests.certificates import Pair
    from tests.http.forward_proxy import ForwardProxy

POST = Request(method="POST", url="/", json={"a": 1}, writes=True)


@dataclass(frozen=True)
class Connection:
    """As much of ``ports.OpenConnection`` as opening takes."""

    outbound: Outbound = NOTHING_SAID
    name: str = "acme"
    allow_private_addresses: bool = False


class Hello(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("pair"))


@pytest.fixture
def proxy() -> Iterator[ForwardProxy]:
    with forward_proxy() as running:
        yield running


@pytest.fixture
def system(request: pytest.FixtureRequest, pair: Pair) -> Iterator[str]:
    """Its address: with encryption, or without where a test asks for it."""
    plain = getattr(request, "param", "https") == "http"
    server = Server(("127.0.0.1", 0), Hello)
    if not plain:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.cert, pair.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield f"http{'' if plain else 's'}://127.0.0.1:{server.server_port}"


def permitted(pair: Pair, *, proxy: str = "") -> Reaching:
    return Reaching(
        allow_private_addresses=True, allow_plain_http=True, ca_file=str(pair.cert), proxy=proxy, timeout_seconds=5
    )


def sent(http: Http, url: str = "/") -> object:
    try:
        return http.send(Request(method="POST", url=url, json={"a": 1}, writes=True)).json()
    finally:
        http.close()


def complaint(http: Http, url: str = "/") -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        sent(http, url)
    return caught.value


@pytest.mark.parametrize("system", ["https", "http"], indirect=True)
def test_a_connection_goes_through_the_proxy_it_names(system: str, proxy: ForwardProxy, pair: Pair) -> None:
    assert sent(opened(Connection(), system, permitted(pair, proxy=proxy.url))) == {}
    host = system.partition("://")[2]
    assert proxy.asked == [f"CONNECT {host}" if system.startswith("https") else f"POST {system}/"]


@pytest.mark.parametrize("system", ["https", "http"], indirect=True)
def test_a_connection_that_names_none_goes_through_that_of_the_deployment(
    system: str, proxy: ForwardProxy, pair: Pair
) -> None:
    proxy.wants = "ada:hunter2"
    ours = Outbound(proxy=f"http://ada:hunter2@127.0.0.1:{proxy.port}", ca_file=str(pair.cert))
    config = Reaching(allow_private_addresses=True, allow_plain_http=True)
    assert sent(opened(Connection(ours), system, config)) == {}
    assert len(proxy.asked) == 1
    assert sent(opened(Connection(ours), system, config.model_copy(update={"proxy": "direct"}))) == {}
    assert len(proxy.asked) == 1, "one that says direct does not"


def test_proxies_of_the_environment_are_used_where_somebody_asks_for_them(
    system: str, proxy: ForwardProxy, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert sent(opened(Connection(), system, permitted(pair))) == {}
    assert proxy.asked == []
    for asks in (
        opened(Connection(), system, permitted(pair, proxy="environment")),
        opened(Connection(Outbound(proxy="environment")), system, permitted(pair)),
    ):
        assert sent(asks) == {}
    assert len(proxy.asked) == 2
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert sent(opened(Connection(), system, permitted(pair, proxy="environment"))) == {}
    assert len(proxy.asked) == 2


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost", "[::ffff:10.0.0.1]", "169.254.169.254"])
def test_no_proxy_opens_what_may_not_be_called(host: str, scheme: str, proxy: ForwardProxy) -> None:
    config = Reaching(proxy=proxy.url, allow_plain_http=True)
    found = complaint(opened(Connection(), f"{scheme}://{host}:1", config))
    assert isinstance(found, ConfigurationError)
    assert "private or loopback" in found.message or "never called" in found.message
    assert proxy.asked == []


def test_a_name_that_only_the_proxy_knows_is_left_to_it(system: str, proxy: ForwardProxy, pair: Pair) -> None:
    proxy.knows["erp.invalid"] = "127.0.0.1"
    url = system.replace("127.0.0.1", "erp.invalid")
    config = Reaching(proxy=proxy.url, ca_file=str(pair.cert))
    found = complaint(opened(Connection(), url, config))
    assert "the certificate of erp.invalid is not trusted" in found.message, (
        "it is that of the system, not of the proxy"
    )
    assert proxy.asked == [f"CONNECT {url.partition('://')[2]}"]


def test_no_proxy_has_the_address_of_a_metadata_service() -> None:
    found = complaint(opened(Connection(), "https://erp.invalid", Reaching(proxy="http://169.254.169.254:80")))
    assert "(through its proxy): 169.254.169.254 leads to a link-local or cloud metadata address" in found.message


@pytest.mark.parametrize("system", ["https", "http"], indirect=True)
def test_a_proxy_that_wants_a_password_is_no_refusal_of_the_system(
    system: str, proxy: ForwardProxy, pair: Pair
) -> None:
    proxy.wants = "ada:hunter2"
    found = complaint(opened(Connection(), system, permitted(pair, proxy=proxy.url)))
    assert isinstance(found, ConfigurationError)
    assert "wants a user and a password" in found.message
    assert "ML_CONNECTOR_PROXY" in found.message


def test_a_proxy_that_does_not_connect_us_is_named_and_nothing_was_sent(
    system: str, proxy: ForwardProxy, pair: Pair
) -> None:
    proxy.refuses = 403
    found = complaint(opened(Connection(), system, permitted(pair, proxy=proxy.url)))
    assert isinstance(found, Unavailable)
    assert found.message == (
        "acme: 127.0.0.1 is not reached: the proxy answers 403 instead of connecting us; have it let us through. "
        "Nothing was sent."
    )


def test_a_proxy_that_is_away_is_named_and_nothing_was_sent(pair: Pair) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"http://127.0.0.1:{taken.getsockname()[1]}"
        found = complaint(opened(Connection(), "https://erp.invalid", permitted(pair, proxy=place)))
    assert isinstance(found, Unavailable)
    assert found.message.startswith("acme (through its proxy): 127.0.0.1 refuses connections on port")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("ftp://proxy:1", "is no address like"),
        ("http://proxy", "is no address like"),
        ("http://proxy:1/path", "is no address like"),
        ("http://ada:hunter2@proxy:1", "holds a user or password, which stand in ML_CONNECTOR_PROXY alone"),
    ],
)
def test_what_is_no_proxy_of_a_connection_is_refused(said: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Reaching(proxy=said)


def test_the_file_of_authorities_is_that_of_the_connection_before_that_of_the_deployment(
    system: str, pair: Pair, tmp_path: Path
) -> None:
    other = Outbound(ca_file=str(self_signed(tmp_path).cert))
    assert sent(opened(Connection(other), system, permitted(pair))) == {}
    alone = permitted(pair).model_copy(update={"ca_file": ""})
    assert "self-signed" in complaint(opened(Connection(other), system, alone)).message


@pytest.mark.parametrize(("said", "asked"), [("http://ann:p%40ss@{}", 1), ("environment", 1), ("direct", 0), ("", 0)])
def test_a_library_that_sends_by_itself_goes_where_the_deployment_says(
    said: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://collector.invalid:4318/v1/traces"
    with forward_proxy() as proxy:
        proxy.wants = "ann:p@ss"
        monkeypatch.setenv("HTTP_PROXY", f"http://ann:p%40ss@127.0.0.1:{proxy.port}")
        proxy.knows["collector.invalid"] = "127.0.0.1"
        session = session_to(url, said.format(f"127.0.0.1:{proxy.port}"), name="ML_CONNECTOR_TRACES")
        with suppress(requests.RequestException), session:
            session.post(url, data=b"", timeout=5)
        assert proxy.asked == [f"POST {url}"] * asked
