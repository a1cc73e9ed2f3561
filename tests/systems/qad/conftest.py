"""A QAD instance over a real socket that answers, fails and lies as a test tells it to."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.systems.qad.system import SYSTEM
from sandbox.server import SandboxServer, running
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.domain.token import Token
    from connector.ports import Source, Target

LOOKUP = "urn:browse:custom:lookupBrowseFields"
PASSWORD = "opens-the-books"


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body))


Said = tuple[int, object]


class Instance:
    """Rows by browse, documents by component, and a stack of answers that come first."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.columns: dict[str, list[str]] = {}
        #: collection -> supplier code -> document
        self.components: dict[str, dict[str, dict[str, Any]]] = {}
        self.extra: dict[str, Said] = {}
        #: how a page is cut; a test replaces it to lie
        self.cut: Callable[[list[dict[str, Any]], int, int], list[dict[str, Any]]] = self.honestly
        self.filters_work = True
        self.logins = 0
        self.tokens: set[str] = set()
        self.refresh_works = True
        self.forbidden: set[str] = set()
        #: answers given to the next calls below /api, whatever they ask for
        self.first: list[Said] = []

    def hold(self, browse: str, *rows: dict[str, Any]) -> None:
        self.rows[browse] = list(rows)
        self.columns[browse] = list(dict.fromkeys(column for row in rows for column in row))

    @staticmethod
    def honestly(rows: list[dict[str, Any]], page: int, size: int) -> list[dict[str, Any]]:
        return rows[(page - 1) * size : page * size]

    def asked(self, text: str) -> list[Call]:
        return [call for call in self.calls if text in call.path or text in call.query.get("browseId", "")]

    def answer(self, call: Call) -> Said:
        self.calls.append(call)
        path = call.path.removeprefix("/clouderp/")
        if path in ("oauth/token", "api/login"):
            return self._log_in(path, call)
        if not self._known(call):
            return 401, {"errors": ["expired"]}
        if self.first:
            return self.first.pop(0)
        if path in self.forbidden or call.query.get("browseId") in self.forbidden:
            return 403, {"errors": ["no"]}
        return self.extra.get(path) or self._read(path, call.query)

    def _read(self, path: str, query: dict[str, str]) -> Said:
        if path == "api/qracore/browses":
            return 200, {"data": self._browse(query)}
        collection = path.removeprefix("api/erp/")
        if collection in self.components:
            found = self.components[collection].get(query.get("supplierCode", ""))
            return 200, {"data": {collection: [found] if found else []}}
        return 404, "<html>nothing here</html>"

    def _log_in(self, path: str, call: Call) -> Said:
        self.logins += 1
        if path in self.extra:
            return self.extra[path]
        token = f"token-{self.logins}"
        if path == "api/login":
            if json.loads(call.body) != {"username": "mfg", "password": PASSWORD}:
                return 401, {"errors": ["wrong"]}
            self.tokens.add(token)
            return 200, {"sessionId": token}
        form = call.form
        good = form.get("password") == PASSWORD if form["grant_type"] == "password" else self.refresh_works
        if not good:
            return 400, {"error": "invalid_grant", "error_description": f"bad {form}"}
        self.tokens.add(token)
        return 200, {"access_token": token, "refresh_token": f"again-{self.logins}", "expires_in": 3600}

    def _known(self, call: Call) -> bool:
        bearer = call.headers.get("authorization", "")
        session = call.headers.get("cookie", "").removeprefix("JSESSIONID=")
        return (
            bearer.removeprefix("Bearer ") in self.tokens
            or session in self.tokens
            or bearer == "Basic bWZnOm9wZW5zLXRoZS1ib29rcw=="
        )

    def _browse(self, query: dict[str, str]) -> list[dict[str, Any]]:
        column, operator, *value = query["filter"].split(",")[:-1] if "filter" in query else ("", "")
        if query["browseId"] == LOOKUP:
            browse = ",".join(value)
            rows = [{"fieldLabel": "a", "field": name, "browseURI": browse} for name in self.columns.get(browse, [])]
            return self.honestly(rows, int(query["page"]), int(query["pageSize"]))
        rows = self.rows.get(query["browseId"], [])
        if column and self.filters_work:
            same = {"eq": lambda a, b: str(a).casefold() == b.casefold(), "ge": lambda a, b: str(a) >= b[:10]}[operator]
            rows = [row for row in rows if same(row.get(column), ",".join(value))]
        return self.cut(rows, int(query["page"]), int(query["pageSize"]))


def _handler(instance: Instance) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body leave together

        def _any(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            status, body = instance.answer(
                Call(
                    method=self.command,
                    path=url.path,
                    query=dict(parse_qsl(url.query)),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(length).decode(),
                )
            )
            raw = (body if isinstance(body, str) else _json(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _any  # noqa: N815 - the base class looks for these names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    return Handler


def _json(value: object) -> str:
    """Decimals as plain JSON numbers."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value)


@pytest.fixture
def instance() -> Iterator[Instance]:
    told = Instance()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}/clouderp"
    with serving(server):
        yield told


class MemoryTokens:
    """Implements ports.Tokens for one process."""

    def __init__(self) -> None:
        self.stored: Token | None = None

    def current(self) -> Token | None:
        return self.stored

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        if self.stored is stale:
            self.stored = fetch(self.stored)
        assert self.stored is not None
        return self.stored


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Implements ports.OpenConnection."""

    config: Mapping[str, Any]
    name: str = "acme-qad"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=lambda: {"password": PASSWORD})
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    allow_private_addresses: bool = True
    outbound: Outbound = NOTHING_SAID


def settings(**changes: Any) -> dict[str, Any]:
    """A configuration that is right."""
    return {
        "base_url": "https://acme.qad.com/clouderp",
        "client_id": "0123456789abcdef0123456789abcdef",
        "username": "mfg",
        "workspace": "10USA_10USACO",
        "shared_set": "CORP",
    } | changes


@pytest.fixture
def right() -> Callable[..., dict[str, Any]]:
    return settings


@pytest.fixture
def connect(instance: Instance) -> Callable[..., Connection]:
    def make(overrides: Mapping[str, Any] | None = None, *, password: str = PASSWORD, **changes: Any) -> Connection:
        config = SYSTEM.check(settings(**({"base_url": instance.url} | changes)), overrides or {})
        return Connection(config=config, overrides=overrides or {}, secrets={"password": password})

    return make


@pytest.fixture
def source(connect: Callable[..., Connection]) -> Callable[..., Source]:
    def make(overrides: Mapping[str, Any] | None = None, **changes: Any) -> Source:
        return SYSTEM.source(connect(overrides, **changes))

    return make


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """An instance of one's own, to post into."""
    with running("qad", seed=3, documents=12) as server:
        yield server


@pytest.fixture
def target(sandbox: SandboxServer, connect: Callable[..., Any]) -> Callable[..., Target]:
    def make(overrides: dict[str, Any] | None = None, **changes: Any) -> Target:
        given = {"password": "qad-sandbox", "base_url": f"{sandbox.url}/clouderp", "timeout_seconds": 120}
        return SYSTEM.target(connect(overrides, **(given | changes)))

    return make
