"""No address that a tenant writes or a system answers opens our own network, at any place that takes or follows one."""

from __future__ import annotations

import datetime as dt
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.exchange import Outgoing, Query
from connector.domain.token import Token
from connector.http import dialling
from connector.http.request import Request
from connector.opened import OpenedConnection
from tests.http.misbehaving import Server, misbehaving, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: spellings of this machine, with the port of a server that must hear nothing
HERE = (
    "https://127.0.0.1:{port}",
    "https://127.1:{port}",
    "https://2130706433:{port}",
    "https://0x7f000001:{port}",
    "https://0177.0.0.1:{port}",
    "https://017700000001:{port}",
    "https://0:{port}",
    "https://0.0.0.0:{port}",
    "https://localhost:{port}",
    "https://LOCALHOST:{port}",
    "https://localhost.:{port}",
    "https://[::1]:{port}",
    "https://[::]:{port}",
    "https://[::ffff:127.0.0.1]:{port}",
    "https://[::ffff:7f00:1]:{port}",
    "https://[0:0:0:0:0:ffff:7f00:1]:{port}",
    "https://[::127.0.0.1]:{port}",
    "https://[64:ff9b::7f00:1]:{port}",
    "https://[64:ff9b:1::7f00:1]:{port}",
    "https://[fe80::1%25lo]:{port}",
    "https://①②⑦.⓪.⓪.①:{port}",
    "https://127。0。0。1:{port}",
    "https://erp.example@127.0.0.1:{port}",
    "https://erp.example:443@127.0.0.1:{port}",
    "https://127.0.0.1:{port}\\@erp.example",
    "https://private.example:{port}",
    "http://127.0.0.1:{port}",
    "http://erp.example:{port}",
)
#: cloud metadata, which no setting opens
METADATA = (
    "http://169.254.169.254",
    "http://2852039166",
    "http://0xa9fea9fe",
    "http://0251.0376.0251.0376",
    "http://[::ffff:169.254.169.254]",
    "http://[::169.254.169.254]",
    "http://[64:ff9b::a9fe:a9fe]",
    "http://[fd00:ec2::254]",
    "http://100.100.100.200",
    "http://metadata.example",
)
#: what is no address of a web server at all
NONSENSE = ("file:///etc/passwd", "gopher://127.0.0.1:70/x", "//127.0.0.1/x", "http://u:p@127.0.0.1", "http://[::1")
NAMES = {"private.example": "127.0.0.1", "metadata.example": "169.254.169.254"}


@dataclass
class Tokens:
    """A token that is good, or has to be fetched."""

    held: Token | None = None

    def current(self) -> Token | None:
        return self.held

    def renew(self, _stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        return fetch(None)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A connection whose one address is hostile."""

    system: str
    name: str
    entity: str
    config: Mapping[str, Any] = field(default_factory=dict)
    #: below which path of the configuration
    path: str = ""
    signed_in: bool = True

    def __str__(self) -> str:
        return f"{self.system}-{self.name}"

    def opened(self, url: str, *, allow_private: bool) -> OpenedConnection:
        good = Token(access="good", expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), extra=self._extra(url))
        secrets = dict.fromkeys(registry.system(self.system).secrets, "s3cret-canary")
        config = (
            dict(self.config)
            if self.name in {"path", "geolocation answer"}
            else self.config | {self.name: url + self.path}
        )
        overrides = {"paths": {"browses": f"{url}/browses"}} if self.name == "path" else {}
        checked = registry.system(self.system).check({**config, **secrets}, overrides)
        return OpenedConnection(
            name="acme",
            system=self.system,
            config={key: value for key, value in checked.items() if key not in secrets},
            overrides=overrides,
            secrets=secrets,
            tokens=Tokens(good if self.signed_in else None),  # type: ignore[arg-type]  # as much as is asked here
            allow_private_addresses=allow_private,
        )

    def _extra(self, url: str) -> dict[str, str]:
        return {"geolocation": url} if self.name == "geolocation answer" else {}

    def read(self, url: str, *, allow_private: bool = False) -> None:
        """Check the configuration and make a first request."""
        opened = self.opened(url, allow_private=allow_private)
        system = registry.system(self.system)
        if self.system == "jaggaer":
            system.target(opened).find(Outgoing(entity=self.entity, key="S1", body={}, correlation_id="c"))
        else:
            next(iter(system.source(opened).pages(Query(entity=self.entity))))


_QAD = {
    "base_url": "https://erp.example",
    "client_id": "c",
    "username": "mfg",
    "workspace": "10USA_10USACO",
    "shared_set": "CORP",
}
_ONE = {"base_url": "https://one.example", "token_url": "https://login.example/token", "client_id": "c"}
_CONCUR = {"client_id": "c", "company_uuid": "11111111-2222-4333-8444-555555555555"}
PLACES = (
    Place(system="qad", name="base_url", entity="suppliers", config=_QAD, path="/clouderp"),
    Place(system="qad", name="base_url", entity="suppliers", config=_QAD, path="/clouderp", signed_in=False),
    Place(system="qad", name="path", entity="suppliers", config=_QAD),
    Place(system="jaggaer", name="base_url", entity="companies", config=_ONE),
    Place(system="jaggaer", name="token_url", entity="companies", config=_ONE, path="/token", signed_in=False),
    Place(system="concur", name="base_url", entity="expenses", config=_CONCUR),
    Place(system="concur", name="base_url", entity="expenses", config=_CONCUR, signed_in=False),
    Place(system="concur", name="geolocation", entity="expenses", config=_CONCUR, signed_in=False),
    Place(system="concur", name="geolocation answer", entity="expenses", config=_CONCUR),
)


@pytest.fixture
def inside() -> Iterator[Server]:
    """A server of our own network, which nothing may reach."""
    with misbehaving() as server:
        server.on("/", says())
        yield server


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that lead inside, as anybody may enter them in a DNS of their own; and nothing leaves this machine."""
    resolve, dial = socket.getaddrinfo, dialling._dial

    def resolved(host: str, *rest: Any, **named: Any) -> Any:
        if host.endswith(".example") and host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return resolve(NAMES.get(host, host), *rest, **named)

    def dialled(place: Any, *rest: Any) -> socket.socket:
        if place[1][0] not in {"127.0.0.1", "::1"}:
            raise ConnectionRefusedError
        return dial(place, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(dialling, "_dial", dialled)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_spelling_of_this_machine_is_called_from_anywhere(place: Place, inside: Server) -> None:
    for spelt in HERE:
        with pytest.raises(ConnectorError) as caught:
            place.read(spelt.format(port=inside.port))
        assert len(str(caught.value).splitlines()) == 1
        assert "s3cret-canary" not in str(caught.value)
    assert inside.connections == 0


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_cloud_metadata_is_not_called_even_where_private_addresses_are_allowed(place: Place) -> None:
    for url in METADATA:
        with pytest.raises(ConfigurationError, match=r"link-local or cloud metadata|lies outside"):
            place.read(url, allow_private=True)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_what_is_no_web_address_is_refused_in_a_sentence(place: Place) -> None:
    for url in NONSENSE:
        with pytest.raises(ConnectorError) as caught:
            place.read(url, allow_private=True)
        assert ":p@" not in str(caught.value)


def test_a_redirect_into_our_network_is_not_followed(inside: Server) -> None:
    with misbehaving() as outside:
        places = [spelt.format(port=inside.port) for spelt in (*HERE, *METADATA)]
        places += [
            f"//127.0.0.1:{inside.port}/",
            f"\\\\127.0.0.1:{inside.port}",
            f"/\\127.0.0.1:{inside.port}",
            *NONSENSE,
        ]
        for status in (301, 302, 303, 307, 308):
            for there in places:
                outside.on("/moved", says(status, Location=there.encode("ascii", "ignore").decode()))
                with suppress(ConfigurationError):
                    answer = outside.http().send(Request(method="GET", url="/moved"))
                    assert answer.status == 404, "it stayed on its own host"
        assert inside.connections == 0
        assert {heard.headers["host"] for heard in outside.heard} == {f"127.0.0.1:{outside.port}"}


def test_a_geolocation_that_leads_inside_is_not_called(inside: Server) -> None:
    """Told at login: SAP's answer is checked like an address that a person typed."""
    with misbehaving() as login:
        place = Place(system="concur", name="base_url", entity="expenses", config=_CONCUR, signed_in=False)
        for there in (*METADATA, *NONSENSE, f"http://a@127.0.0.1:{inside.port}"):
            body = f'{{"access_token":"a","refresh_token":"r","expires_in":"60","geolocation":{there!r}}}'
            login.on("/oauth2/v0/token", says(200, body.replace("'", '"').encode()))
            with pytest.raises(ConfigurationError):
                place.read(login.url, allow_private=True)
    assert inside.connections == 0


def test_a_link_to_the_next_page_is_read_for_its_place_and_never_followed(inside: Server) -> None:
    """Lists of SAP Concur name whole addresses of the next page."""
    from tests.systems.concur.outgoing import vendor  # noqa: PLC0415 - only here

    following = f'{{"Vendor":[],"NextPage":"http://127.0.0.1:{inside.port}/secrets?offset=5"}}'
    with misbehaving() as api:
        near = _CONCUR | {"base_url": api.url}
        place = Place(system="concur", name="geolocation answer", entity="vendors", config=near)
        opened = place.opened(api.url, allow_private=True)
        api.on("/api/v3.1/invoice/vendors", says(200, following.encode()), says(200, b'{"Vendor":[]}'))
        assert registry.system("concur").target(opened).find(vendor()) is None
        assert [heard.target.partition("offset=")[2] for heard in api.heard] == ["", "5"]
    assert inside.connections == 0
