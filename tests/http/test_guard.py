from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.http import guard
from connector.http.request import Request
from connector.http.session import Http

if TYPE_CHECKING:
    from tests.http.misbehaving import Server

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "198.51.100.1",
    "::127.0.0.1",
    "::10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1::8.8.8.8",
    "::8.8.8.8",
    "fec0::1",
    "4000::1",
]
NEVER = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "224.0.0.1",
    "ff02::1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "::",
    "::169.254.169.254",
    "::ffff:0:169.254.169.254",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
]
PUBLIC = ["8.8.8.8", "2001:4860:4860::8888", "93.184.216.34", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_unless_the_deployment_allows_them(address: str) -> None:
    assert "private or loopback" in guard.refused(ipaddress.ip_address(address), allow_private=False)
    assert guard.refused(ipaddress.ip_address(address), allow_private=True) == ""


@pytest.mark.parametrize("address", NEVER)
def test_metadata_and_group_addresses_are_refused_always(address: str) -> None:
    assert guard.refused(ipaddress.ip_address(address), allow_private=False)
    assert guard.refused(ipaddress.ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_called(address: str) -> None:
    assert guard.refused(ipaddress.ip_address(address), allow_private=False) == ""


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("erp.example.com", "is not a web address"),
        ("ftp://erp.example.com", "is not a web address"),
        ("https://", "is not a web address"),
        ("https://erp.example.com:0/", "is not a web address"),
        ("https://erp.example.com:99999/", "cannot be read as a URL"),
        ("https://[::1", "cannot be read as a URL"),
        ("http://erp.example.com", "is not encrypted; use https"),
        ("https://mfg:s3cret@erp.example.com", "holds a user name or password"),
        ("https://mfg@erp.example.com", "holds a user name or password"),
        ("https://erp.example.com/a?token=s3cret", "has a query or fragment"),
        ("https://erp.example.com/a#s3cret", "has a query or fragment"),
    ],
)
def test_an_address_that_cannot_be_right_is_refused_in_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as error:
        Http(name="acme", base_url=url, allow_private=False, allow_plain=False)

    assert "s3cret" not in str(error.value)
    assert str(error.value).startswith("acme: ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]"])
def test_no_spelling_of_loopback_gets_through(server: Server, host: str) -> None:
    http = Http(name="acme", base_url=f"https://{host}:{server.port}", allow_private=False, allow_plain=False)

    with pytest.raises(ConfigurationError, match="private or loopback address"):
        http.send(Request(method="POST", url="/", writes=True))
    assert server.connections == 0


def test_a_name_with_one_private_address_is_refused_altogether(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("8.8.8.8", 443)), (*kind, ("10.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(ConfigurationError, match=r"rebind\.example leads to a private"):
        guard.addresses("rebind.example", 443, allow_private=False)
    assert len(guard.addresses("rebind.example", 443, allow_private=True)) == 2


def test_the_address_that_was_checked_is_the_one_connected_to(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def resolve(host: str, *rest: object, **named: object) -> object:
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    Http(name="acme", base_url=f"http://erp.example:{server.port}", allow_private=True, allow_plain=True).send(
        Request(method="GET", url="/")
    )

    assert asked == ["erp.example"]
    assert server.heard[0].headers["host"] == f"erp.example:{server.port}"


@pytest.mark.parametrize("hosts", [("127.0.0.99", "127.0.0.1"), ("127.0.0.1", "127.0.0.99")])
def test_each_address_of_a_host_is_tried(
    server: Server, monkeypatch: pytest.MonkeyPatch, hosts: tuple[str, ...]
) -> None:
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    places = [(*kind, (host, server.port)) for host in hosts]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)

    Http(name="acme", base_url=f"http://erp.example:{server.port}", allow_private=True, allow_plain=True).send(
        Request(method="GET", url="/")
    )

    assert len(server.heard) == 1


def test_a_name_that_is_no_host_name_cannot_be_found() -> None:
    with pytest.raises(socket.gaierror):
        guard.addresses("a" * 64 + ".example", 443, allow_private=False)
