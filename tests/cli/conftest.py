"""The command line in this process, on a new ledger."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from connector.bootstrap import Application, application
from connector.config import PREFIX, load_settings
from connector.vault import new_key
from sandbox.server import SandboxServer, running
from tests.cli.app_center import AppCenter
from tests.cli.behind_the_back import code
from tests.console.receiver import Serving
from tests.store.scene import Scene
from workers.cli import app, session
from workers.console import create

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import Databases, Rows

#: put together once, which takes longer than most commands
PROGRAM: Any = typer.main.get_command(app)
#: of all ledgers: what was typed in one is put into others
KEY = new_key()
#: where the ledger is
LEDGER = ("ML_CONNECTOR_DATABASE_URL", "ML_CONNECTOR_MASTER_KEYS", "ML_CONNECTOR_BROKER_URL")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Types commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, stdin: str | bytes | None = None) -> Said:
        with CliRunner().isolation(input=stdin) as (out, err, _):
            with pytest.raises(SystemExit) as ended:
                PROGRAM.main(words)
            sys.stdout.flush()
            sys.stderr.flush()
            said = Said(code=int(ended.value.code or 0), out=out.getvalue().decode(), err=err.getvalue().decode())
        assert "Traceback" not in said.out + said.err, said
        return said

    def ok(self, *words: str, stdin: str | None = None) -> Said:
        """A command that must succeed."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, f"{words}: {said}"
        return said

    def json(self, *words: str, stdin: str | None = None) -> Any:
        """What a command that must succeed says to a machine."""
        return self.ok(*words, "--json", stdin=stdin).json

    def file(self, name: str, text: str) -> str:
        place = self.folder / name
        place.write_text(text)
        return str(place)


QAD = """
base_url: http://127.0.0.1:9/clouderp
client_id: 0123456789abcdef0123456789abcdef
username: mfg
password: env:QAD_PASSWORD
workspace: 10USA_10USACO
shared_set: CORP
"""
JAGGAER = """
base_url: http://127.0.0.1:9
token_url: http://127.0.0.1:9/auth/realms/J1p-integrations/protocol/openid-connect/token
client_id: ml-connector
client_secret: env:JAGGAER_SECRET
"""


def move(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """Be at a machine that knows a server, and nothing of the ledger."""
    for name in LEDGER:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ML_CONNECTOR_SERVER", server)


@pytest.fixture
def terminal(database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal whose environment names a new ledger and an empty Redis, and says nothing else to the product."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in {
        "ML_CONNECTOR_DATABASE_URL": database_url,
        "ML_CONNECTOR_BROKER_URL": redis_url,
        "ML_CONNECTOR_MASTER_KEYS": KEY,
        "ML_CONNECTOR_DATA_DIR": str(tmp_path / "data"),
        "ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES": "true",
        "QAD_PASSWORD": "canary-qad-password",
        "JAGGAER_SECRET": "canary-jaggaer-secret",
    }.items():
        monkeypatch.setenv(name, value)
    yield Terminal(tmp_path)
    session.close()  # a test may have opened one itself


@pytest.fixture(scope="session")
def typed() -> dict[str, Rows]:
    """What somebody has typed before, by its name."""
    return {}


@pytest.fixture
def acme(terminal: Terminal, databases: Databases, database_url: str, typed: dict[str, Rows]) -> Terminal:
    """A terminal where the integration acme is set up."""
    qad, jaggaer = terminal.file("qad.yaml", QAD), terminal.file("jaggaer.yaml", JAGGAER)
    if "acme" in typed:
        databases.put(database_url, typed["acme"])
        return terminal
    terminal.ok("connection", "add", "acme-qad", "--system", "qad", "--config", qad)
    terminal.ok("connection", "add", "acme-j1", "--system", "jaggaer", "--config", jaggaer)
    terminal.ok("integration", "add", "acme", "--kind", "qad-jaggaer", "--from", "acme-qad", "--to", "acme-j1")
    typed["acme"] = databases.rows(database_url)
    return terminal


@pytest.fixture
def built(terminal: Terminal) -> Iterator[Application]:
    """The application the commands use, to look behind them."""
    opened = application(load_settings())
    yield opened
    opened.store.close()


@pytest.fixture
def scene(built: Application) -> Scene:
    """An integration ``acme`` with the flows ``suppliers`` and ``invoices``, and short ways to move records."""
    return Scene.set_up(built.store, built.vault)


@pytest.fixture
def concur() -> Iterator[SandboxServer]:
    """A company in SAP Concur whose request tokens are good for a day."""
    with running("concur", documents=1) as sandbox:
        yield sandbox


@pytest.fixture
def file(terminal: Terminal, concur: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Our application at SAP."""
    monkeypatch.setenv("CLIENT_SECRET", "concur-sandbox")
    text = f"client_id: concur-client\nclient_secret: env:CLIENT_SECRET\nbase_url: {concur.url}\n"
    return terminal.file("application.yaml", text)


@pytest.fixture
def app_center(file: str, concur: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppCenter]:
    """SAP's App Center, which knows our page."""
    monkeypatch.setenv("ML_CONNECTOR_CONCUR_APPLICATION", file)
    with Serving(create(load_settings())) as page:
        yield AppCenter(page=page, concur=concur)


@pytest.fixture
def payees(acme: Terminal, built: Application) -> Application:
    """A crosswalk that says who is paid, in use."""
    acme.ok("crosswalk", "set", "payment_terms", "30", "SUP-30")
    acme.ok("crosswalk", "set", "payment_terms", "a", "SUP-SMALL")
    acme.ok("crosswalk", "set", "payment_terms", "A", "SUP-LARGE")
    assert code(built) == "SUP-30"
    return built
