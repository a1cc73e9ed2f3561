"""A source that answers "no rows" where there used to be some, over real HTTP: no run of it looks like a good one."""

from __future__ import annotations

import datetime as dt
import logging
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from connector.domain.identity import new_id
from connector.operations.health import watching
from connector.operations.operator import Operator
from connector.pipeline.poll import poll
from sandbox.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application
    from sandbox.server import SandboxServer
    from tests.cli.conftest import Terminal

FLOW = "acme/qad_accounts_to_jaggaer"
#: a browse of the instance without any row in it
EMPTY = "urn:browse:mfg:xxgl03"
USUAL = "urn:browse:mfg:xxgl01"
DAY = dt.timedelta(days=1)


class Reader:
    """Starts a run, executes it, and says what became of it; then what beat would log."""

    def __init__(
        self, terminal: Terminal, built: Application, qad: SandboxServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        self.terminal = terminal
        self.qad = qad
        self._built = built
        self._caplog = caplog
        nobody = SimpleNamespace(step=lambda *_: None, poll=lambda *_: None, extract=lambda *_: None)
        self._world = built.world(worker=new_id(), dispatcher=nobody)

    def __call__(self) -> dict[str, Any]:
        run = self.terminal.json("flow", "run", FLOW)["run"]["id"]
        poll(self._world, UUID(run))
        listed: dict[str, Any] = self.terminal.json("run", "list", "--flow", FLOW)[0]
        assert listed["id"] == run
        return listed

    def alerts(self) -> list[tuple[str, str]]:
        self._caplog.clear()
        watching.report_work(Operator(application=self._built, actor="beat"), DAY)
        logged = [record for record in self._caplog.records if record.name == watching.__name__]
        return [(record.getMessage(), vars(record)["about"]) for record in logged]

    def doctor(self) -> dict[str, Any]:
        checks = self.terminal("doctor", "--json").json["checks"]
        return {check["what"]: check for check in checks}

    def browse(self, name: str) -> None:
        """Read the accounts from another browse."""
        moved = self.terminal.file("moved.yaml", f"entities:\n  accounts:\n    browse: {name}\n")
        self.terminal.ok("connection", "rotate", "acme-qad", "--config", moved)
        self._built._open.clear()  # a worker looks again within seconds


@pytest.fixture
def reader(
    terminal: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Reader]:
    monkeypatch.setenv("QAD_PASSWORD", "qad-sandbox")
    caplog.set_level(logging.INFO)
    with running("qad", documents=4) as qad:
        setup = f"""
connections:
  acme-qad:
    system: qad
    base_url: {qad.url}/clouderp
    client_id: 0123456789abcdef0123456789abcdef
    username: mfg
    password: env:QAD_PASSWORD
    workspace: 10USA_10USACO
    shared_set: CORP
  acme-j1: {{system: jaggaer, base_url: "http://127.0.0.1:9", token_url: "http://127.0.0.1:9/t", client_id: x,
             client_secret: env:JAGGAER_SECRET}}
integrations:
  acme: {{kind: qad-jaggaer, from: acme-qad, to: acme-j1}}
"""
        terminal.ok("apply", terminal.file("setup.yaml", setup))
        yield Reader(terminal, built, qad, caplog)


def test_no_rows_where_there_used_to_be_some_is_said_everywhere_until_there_are_rows_again(reader: Reader) -> None:
    assert reader()["read"] > 0
    assert reader.alerts() == []
    reader.browse(EMPTY)

    for alerts in ([("flow.read_nothing", f"flow {FLOW}")], [], []):
        run = reader()
        assert (run["status"], run["read"]) == ("done", 0)
        assert "acme-qad returned no accounts at all" in run["warning"]
        assert reader.alerts() == alerts, "once, not with every run"

    assert "before that" in reader.terminal.ok("flow", "show", FLOW).out
    listed = {flow["full_name"]: flow for flow in reader.terminal.json("flow", "list")}[FLOW]
    assert listed["last_run_remark"] == run["warning"]
    check = reader.doctor()[f"flow {FLOW}"]
    assert (check["health"], check["found"]) == ("warning", run["warning"])
    assert run["id"] in check["advice"]

    reader.browse(USUAL)
    assert (reader()["warning"], reader.alerts()) == ("", [("alert.over", f"flow {FLOW}")])
    assert f"flow {FLOW}" not in reader.doctor()


def test_a_browse_that_was_renamed_makes_no_good_run(reader: Reader) -> None:
    assert reader()["status"] == "done"
    reader.qad.set_options(renamed={"accounts": "urn:browse:mfg:elsewhere"})

    for alerts in ([("flow.read_failed", f"flow {FLOW}")], []):
        run = reader()
        assert run["status"] == "failed"
        assert "there is no such browse" in run["error"]
        assert reader.alerts() == alerts

    assert run["id"] in reader.doctor()[f"flow {FLOW}"]["advice"]
    reader.qad.set_options(renamed={})
    assert (reader()["status"], reader.alerts()) == ("done", [("alert.over", f"flow {FLOW}")])
