from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.domain.token import Token
from connector.systems.concur.system import SYSTEM
from sandbox.server import running
from tests.http.misbehaving import Server, misbehaving, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.ports import Source, Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Behaviour, Heard

COMPANY = "11111111-2222-4333-8444-555555555555"
TOKEN_PATH = "/oauth2/v0/token"
FIS = "/financialintegration/fi/v4/companies/transactiontypes"
LISTS = {"accounts": "aaaaaaaa-0001-4000-8000-000000000001", "cost_centres": "aaaaaaaa-0002-4000-8000-000000000002"}


@dataclass
class KeptTokens:
    """The shared token, without a database; remembers everything that was stored."""

    stored: Token | None = None
    kept: list[Token] = field(default_factory=list)

    def current(self) -> Token | None:
        return self.stored

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        if self.stored is None or self.stored == stale:
            self.stored = fetch(self.stored)
            self.kept.append(self.stored)
        return self.stored


@dataclass
class Connection:
    """An open connection, without a ledger."""

    url: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=lambda: {"list_items": {"lists": LISTS}})
    secret: str = "concur-sandbox"
    request_token: str = "concur-request-token"
    tokens: KeptTokens = field(default_factory=KeptTokens)
    name: str = "acme-concur"
    allow_private_addresses: bool = True
    outbound: Outbound = NOTHING_SAID

    @property
    def config(self) -> Mapping[str, Any]:
        return {"base_url": self.url, "client_id": "concur-client", "company_uuid": COMPANY, **self.settings}

    @property
    def secrets(self) -> Mapping[str, str]:
        return {"client_secret": self.secret, "request_token": self.request_token}

    def source(self) -> Source:
        return SYSTEM.source(self)

    def target(self) -> Target:
        return SYSTEM.target(self)


def good_token(url: str, **extra: str) -> Token:
    return Token(
        access="a1",
        refresh="r1",
        expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1),
        extra={"geolocation": url, "refreshed_at": "2026-11-01T00:00:00+00:00", **extra},
    )


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving() as server:
        yield server


@pytest.fixture
def home() -> Iterator[Server]:
    """Where the company's data lives; the token host is ``server``."""
    with misbehaving() as server:
        yield server


@pytest.fixture
def logged_in(home: Server) -> Connection:
    """A company that is connected already: everything goes to ``home``."""
    return Connection(url="http://127.0.0.1:9", tokens=KeptTokens(good_token(home.url)))


def tells(body: object, status: int = 200, **headers: str) -> Behaviour:
    return says(status, json.dumps(body).encode(), **headers)


def form_of(heard: Heard) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(heard.body.decode()).items()}


def json_of(heard: Heard) -> Any:
    return json.loads(heard.body)


def query_of(heard: Heard) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(heard.target.partition("?")[2]).items()}


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running("concur", documents=0) as server:
        yield server


@pytest.fixture
def unasked() -> Connection:
    """A connection that nothing is asked through."""
    return Connection(url="http://127.0.0.1:9")


@pytest.fixture
def connection(sandbox: SandboxServer) -> Connection:
    return Connection(url=sandbox.url)


@pytest.fixture
def target(connection: Connection) -> Target:
    return connection.target()
