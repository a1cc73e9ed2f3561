"""A console on a real socket, over a ledger with an integration, and people of every role who are signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
from fastapi import FastAPI
from playwright.sync_api import sync_playwright

from connector.bootstrap import application
from connector.config import read_settings
from connector.console import web
from connector.console.serving.forms import PROOF
from connector.operations.accounts import people, signing_in
from connector.operations.accounts.signing_in import Visitor
from connector.operations.operator import Operator
from connector.operations.setup import connections, integrations
from connector.vault import new_key
from tests import quick_passwords
from tests.console.receiver import Serving
from tests.console.web import browsing
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser as Chromium

    from connector.console.serving.desk import Desk
    from connector.domain.role import Role

GOOD = "plum staple fox 9"
#: what is written wherever a tenant or a stranger can write something
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}\x1b[2J\u202e&lt;"
_PROOF = re.compile(rf'name="{PROOF}" value="([0-9a-f]+)"')


@dataclass
class Browser:
    """A browser that keeps what it is given, and follows nothing by itself."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.headers["User-Agent"] = HOSTILE.encode("ascii", "ignore").decode().replace("\x1b", "")

    def get(self, path: str, **how: Any) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=HANG_SECONDS, allow_redirects=False, **how)

    def proof(self, path: str = "/account") -> str:
        page = self.get(path)
        found = _PROOF.search(page.text) or _PROOF.search(self.get("/sign-in").text)
        assert found, page.text
        return found[1]

    def post(self, path: str, *, proof: str | None = None, headers: dict[str, str] | None = None, **fields: str) -> Any:
        given = {PROOF: self.proof() if proof is None else proof, **fields}
        return self.session.post(
            f"{self.url}{path}", data=given, headers=headers, timeout=HANG_SECONDS, allow_redirects=False
        )

    def sign_in(self, name: str, password: str, **more: str) -> requests.Response:
        answer: requests.Response = self.post(
            "/sign-in", proof=self.proof("/sign-in"), name=name, password=password, **more
        )
        return answer

    @property
    def kept(self) -> str:
        return str(self.session.cookies.get("ml_session", ""))


@dataclass(frozen=True, kw_only=True)
class Console:
    """What is looked at, and what is behind it."""

    url: str
    operator: Operator
    desk: Desk

    def browser(self) -> Browser:
        return Browser(self.url)

    def member(self, role: Role, *, name: str = "") -> Browser:
        """Somebody of that role, who has chosen a password and is signed in."""
        name = name or f"some-{role}"
        if name not in {one.name for one in people.list_(self.operator)}:
            once = people.add(self.operator, name, role).once
            visitor = Visitor(address="127.0.0.1", browser="test")
            opened = signing_in.sign_in(self.operator, name, once, visitor)
            session = signing_in.session(self.operator, opened.kept)
            assert session is not None
            signing_in.choose_password(self.operator, session, "", GOOD, visitor)
        browser = self.browser()
        assert browser.sign_in(name, GOOD).headers["Location"] == "/"
        return browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=browsing.CHROMIUM, args=browsing.QUIET)


@pytest.fixture(scope="module")
def console(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    patch = pytest.MonkeyPatch()
    quick_passwords.use(patch)
    secret = tmp_path_factory.mktemp("secret") / "word"
    secret.write_text("canary-secret")
    settings = read_settings(
        {
            "ML_CONNECTOR_DATABASE_URL": module_database_url,
            "ML_CONNECTOR_MASTER_KEYS": new_key(),
            "ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES": "true",
        }
    )
    built = application(settings)
    operator = Operator(application=built, actor="operator:root")
    _set_up(operator, secret)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    desk = web.add(app, operator)
    with Serving(app) as serving:
        yield Console(url=serving.url, operator=operator, desk=desk)
    built.close()
    patch.undo()


def _set_up(operator: Operator, secret: Path) -> None:
    qad = {
        "base_url": "http://127.0.0.1:9/clouderp",
        "client_id": "0123456789abcdef0123456789abcdef",
        "username": HOSTILE.replace("\x1b", "").replace("\u202e", ""),
        "password": f"file:{secret}",
        "workspace": "10USA_10USACO",
        "shared_set": "CORP",
    }
    jaggaer = {
        "base_url": "http://127.0.0.1:9",
        "token_url": "http://127.0.0.1:9/auth/realms/J1p-integrations/protocol/openid-connect/token",
        "client_id": "ml-connector",
        "client_secret": f"file:{secret}",
    }
    connections.add(operator, "acme-qad", "qad", qad)
    connections.add(operator, "acme-j1", "jaggaer", jaggaer)
    integrations.add(operator, "acme", "qad-jaggaer", "acme-qad", "acme-j1")
