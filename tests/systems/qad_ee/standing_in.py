"""A QXtend Inbound over a real socket that answers as a test tells it to, and keeps what it was sent."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.systems.qad_ee.system import SYSTEM
from connector.xml import reading
from tests.serving import serving

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from lxml import etree

    from connector.domain.token import Token
    from connector.ports import Received

PASSWORD, PUSH_SECRET = "opens-the-books", "only-qxo-knows"
NS = 'xmlns:ns1="urn:schemas-qad-com:xml-services" xmlns:ns3="urn:schemas-qad-com:xml-services:common"'
ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>{}</soapenv:Body>'
    "</soapenv:Envelope>"
)


def message(text: str, severity: str = "error", number: str = "") -> str:
    """One message of an answer."""
    return (
        f"<ns3:temp_err_msg><ns3:tt_msg_nbr>{number}</ns3:tt_msg_nbr><ns3:tt_msg_desc>{text}</ns3:tt_msg_desc>"
        f"<ns3:tt_msg_sev>{severity}</ns3:tt_msg_sev><ns3:tt_msg_field/></ns3:temp_err_msg>"
    )


def said(api: str, result: str, *messages: str, data: str = "") -> str:
    """An answer of an API, with the prefixes that were seen in code."""
    told = f"<ns3:dsExceptions>{''.join(messages)}</ns3:dsExceptions>" if messages else ""
    inside = f"<ns1:result>{result}</ns1:result>{told}{data}"
    return ENVELOPE.format(f"<ns1:{api}Response {NS}>{inside}</ns1:{api}Response>")


def fault(code: str, text: str) -> str:
    return ENVELOPE.format(
        f"<soapenv:Fault><faultcode>soapenv:{code}</faultcode><faultstring>{text}</faultstring></soapenv:Fault>"
    )


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as it arrived."""

    api: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def root(self) -> etree._Element:
        return reading.parse(self.body)

    @property
    def context(self) -> dict[str, str]:
        """The properties of its session context."""
        common = "{urn:schemas-qad-com:xml-services:common}"
        return {
            str(one.findtext(f"{common}propertyName")): str(one.findtext(f"{common}propertyValue"))
            for one in self.root.iter(f"{common}ttContext")
        }

    def texts(self, table: str) -> list[dict[str, str]]:
        """The plain elements of each row of a table."""
        return [
            {reading.local(part): part.text or "" for part in row if not len(part)}
            for row in self.root.iter()
            if reading.local(row) == table
        ]


Answer = tuple[int, str | bytes]


@dataclass
class Site:
    """What it answers, by API: one after the other, the last one for ever."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    #: a request that is never answered: the connection is closed
    silent: set[str] = field(default_factory=set)

    def answer(self, api: str, *answers: str | bytes, status: int = 200) -> None:
        self.answers[api] = [(status, one) for one in answers]

    def of(self, api: str) -> list[Call]:
        return [call for call in self.calls if call.api == api]

    def take(self, call: Call) -> Answer | None:
        self.calls.append(call)
        if call.api in self.silent:
            return None
        waiting = self.answers.get(call.api)
        if not waiting:
            return 500, fault("Client", f"No API {call.api} here")
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def standing() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            [inside] = reading.parse(body).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = site.take(Call(api=reading.local(inside), headers=headers, body=body))
            if answer is None:
                self.close_connection = True
                return
            status, text = answer
            raw = text.encode() if isinstance(text, str) else text
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield site


class MemoryTokens:
    """Implements ports.Tokens for one process."""

    stored: Token | None = None

    def current(self) -> Token | None:
        return self.stored

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        if self.stored is stale:
            self.stored = fetch(self.stored)
        assert self.stored is not None
        return self.stored


class MemoryInbox:
    """Implements ports.Inbox for one process: of each document the latest message."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Received]] = []

    def read(
        self, entity: str, *, since: dt.datetime | None = None, after: int = 0, most: int = 100
    ) -> Sequence[Received]:
        latest = {one.key or one.id: one for name, one in self.kept if name == entity}
        return sorted(
            (one for one in latest.values() if one.number > after and (since is None or one.at >= since)),
            key=lambda one: one.number,
        )[:most]

    def about(self, entity: str, key: str) -> Sequence[Received]:
        return [one for name, one in reversed(self.kept) if name == entity and one.key == key]


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Implements ports.OpenConnection."""

    config: Mapping[str, Any]
    name: str = "acme-ee"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=lambda: {"password": PASSWORD, "push_secret": PUSH_SECRET})
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    inbox: Any = field(default_factory=MemoryInbox)
    allow_private_addresses: bool = True
    outbound: Outbound = NOTHING_SAID


def settings(**changes: Any) -> dict[str, Any]:
    """A configuration that is right."""
    return {
        "qxi_url": "https://qad.acme.example/qxi/services/QdocWebService",
        "receiver": "QADERP",
        "username": "mfg",
        "domain": "10USA",
        "entity": "10USACO",
    } | changes


def connected(site: Site, overrides: Mapping[str, Any] | None = None, **changes: Any) -> Connection:
    """A connection to a site."""
    urls = {"qxi_url": f"{site.url}/qxi/services/QdocWebService", "wsa_url": f"{site.url}/wsa/wsa1"}
    config = SYSTEM.check(settings(**(urls | changes)), overrides or {})
    return Connection(config=config, overrides=overrides or {})
