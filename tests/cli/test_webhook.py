from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
import requests
import uvicorn
import yaml

from connector import registry
from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from connector.operations.health.lapsing import report_lapses
from connector.operations.work import webhooks
from sandbox.server import SandboxServer, running
from tests.waiting import HANG_SECONDS, until
from workers.console import create
from workers.demo import scenario_concur

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from connector.operations.operator import Operator
    from tests.cli.conftest import Terminal

FLOW = "concur_expenses_to_qad"


@pytest.fixture
def concur() -> Iterator[SandboxServer]:
    with running("concur", documents=2, options={"event_timeout": HANG_SECONDS}) as sandbox:
        yield sandbox


@pytest.fixture
def connected(terminal: Terminal, concur: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """An integration with Concur whose expenses are polled once a day."""
    for name, value in {**scenario_concur.SECRETS, "QAD_PASSWORD": "qad-sandbox"}.items():
        monkeypatch.setenv(name, value)
    qad = {
        "system": "qad",
        "base_url": "http://127.0.0.1:1/clouderp",
        "client_id": "0" * 32,
        "username": "mfg",
        "password": "env:QAD_PASSWORD",
        "workspace": "10USA_10USACO",
        "domain": "10USA",
        "entity": "10USACO",
        "shared_set": "CORP",
    }
    setup = {
        "connections": {
            "qad": qad,
            scenario_concur.CONNECTION: {**scenario_concur.connection(concur.url), "timeout_seconds": HANG_SECONDS},
        },
        "integrations": {"acme": scenario_concur.integration("qad")},
    }
    setup["integrations"]["acme"]["flows"] = {FLOW: {"enabled": True, "schedule": "every 1d"}}
    terminal.ok("apply", terminal.file("setup.yaml", yaml.safe_dump(setup)))
    terminal("connection", "ping", scenario_concur.CONNECTION)
    return terminal


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of an application for as long as it runs."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started, "the receiver starts")
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(HANG_SECONDS)


@pytest.fixture
def receiver(
    connected: Terminal, concur: SandboxServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """The receiver of webhooks, which knows the simulator's public keys."""
    signers = tmp_path / "signers.pem"
    signers.write_text("\n".join(key["publicKey"] for key in concur.state("keys")["keys"]))
    monkeypatch.setenv("ML_CONNECTOR_WEBHOOK_SIGNERS", str(signers))
    with serving(create(load_settings())) as url:
        yield f"{url}/webhooks/concur"


def outcomes(concur: SandboxServer) -> list[str]:
    return [event["outcome"] for event in concur.state("events")["events"]]


def polls(terminal: Terminal) -> list[str]:
    return [run["requested_by"] for run in terminal.json("run", "list")]


def test_an_event_brings_a_poll_and_a_burst_is_one_event(
    connected: Terminal, concur: SandboxServer, receiver: str
) -> None:
    connected.ok("webhook", "subscribe", scenario_concur.CONNECTION, "--endpoint", receiver)
    (shown,) = connected.json("webhook", "list", scenario_concur.CONNECTION)
    assert shown["endpoint"] == receiver

    concur.add_documents({"events": {"burst": 200}})

    until(lambda: polls(connected), "an event brings a poll", saw=lambda: concur.state("events"))
    until(lambda: outcomes(concur) == ["delivered"] * 200, "all are taken", saw=lambda: outcomes(concur))
    assert polls(connected) == ["webhook"], "the poll that has not begun will read what all of them are about"
    connected.ok("webhook", "remove", scenario_concur.CONNECTION, shown["name"])
    assert connected.json("webhook", "list", scenario_concur.CONNECTION) == []


def test_forged_events_bring_no_poll(connected: Terminal, concur: SandboxServer, receiver: str) -> None:
    connected.ok("webhook", "subscribe", scenario_concur.CONNECTION, "--endpoint", receiver)
    concur.add_documents({"events": {"forge": 20, "unsigned": 20}})
    until(lambda: outcomes(concur) == ["refused"] * 40, "every event is refused", saw=lambda: concur.state("events"))
    assert polls(connected) == []


def test_a_webhook_of_another_deployment_is_left_alone(connected: Terminal, concur: SandboxServer) -> None:
    subscribe = ("webhook", "subscribe", scenario_concur.CONNECTION, "--endpoint")
    ours = connected.json(*subscribe, "https://connector.acme.example/webhooks/concur")["subscribed"]
    assert connected.json(*subscribe, "https://connector.acme.example/webhooks/concur")["subscribed"] == ours
    said = connected(*subscribe, "https://test.acme.example/webhooks/concur")
    assert (said.code, "https://connector.acme.example/webhooks/concur already" in said.err) == (2, True)
    (shown,) = connected.json("webhook", "list", scenario_concur.CONNECTION)
    assert shown["endpoint"] == "https://connector.acme.example/webhooks/concur"
    connected.ok("webhook", "remove", scenario_concur.CONNECTION, ours)
    connected.ok(*subscribe, "https://test.acme.example/webhooks/concur")

    connection_id = connected.json("connection", "show", scenario_concur.CONNECTION)["id"]
    assert ours.endswith(connection_id.replace("-", "")[-12:]), "no other ledger has that id"


@pytest.mark.parametrize(
    ("endpoint", "why"),
    [
        ("nonsense", "not a web address"),
        ("http://connector.acme.example/webhooks/concur", "not encrypted; use https"),
        ("https://connector.acme.example/webhooks/concur/", "exactly /webhooks/concur"),
        ("https://connector.acme.example/", "exactly /webhooks/concur"),
        ("https://connector.acme.example/hooks", "exactly /webhooks/concur"),
        ("https://connector.acme.example/webhooks/concur?a=b", "exactly /webhooks/concur"),
        ("https://connector.acme.example/webhooks/concur#a", "exactly /webhooks/concur"),
        ("https://user:word@connector.acme.example/webhooks/concur", "holds a user name"),
        ("https://localhost/webhooks/concur", "cannot reach localhost"),
        ("https://connector/webhooks/concur", "cannot reach connector"),
        ("https://10.1.2.3/webhooks/concur", "cannot reach 10.1.2.3"),
        ("https://[fd00::1]/webhooks/concur", "cannot reach fd00::1"),
    ],
)
def test_an_address_at_which_no_event_could_arrive_is_refused(endpoint: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        webhooks.check(registry.sender("concur"), endpoint, allow_private=False)


def test_the_receiver_closes_its_ledger_when_it_ends(
    terminal: Terminal, module_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", module_database_url)  # where nothing is kept for other tests
    app = create(load_settings())  # and kept: nobody else may close what it opened

    def opened() -> int:
        with psycopg.connect(module_database_url.replace("+psycopg", "")) as connection:
            others = "datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            return len(connection.execute(f"SELECT FROM pg_stat_activity WHERE {others}".encode()).fetchall())

    with serving(app) as url:
        assert "ledger" not in requests.get(f"{url}/readyz", timeout=HANG_SECONDS).text
        assert opened() > 0
    until(lambda: opened() == 0, "the receiver's connections are closed", saw=opened)
    assert app.title


def test_only_concur_has_events(connected: Terminal) -> None:
    said = connected("webhook", "list", "qad")
    assert (said.code, "sends no events" in said.err) == (2, True)
    said = connected("webhook", "subscribe", scenario_concur.CONNECTION, "--endpoint", "https://a.example/hooks")
    assert (said.code, "https://a.example/webhooks/concur" in said.err) == (2, True)


def test_a_connection_that_lapses_soon_raises_an_alert(connected: Terminal, caplog: pytest.LogCaptureFixture) -> None:
    from workers.cli import session  # noqa: PLC0415 - opens the ledger of this test

    operator: Operator = session.current_operator()
    assert report_lapses(operator) == 0
    opened = operator.application.open_connection(scenario_concur.CONNECTION)
    stale = opened.tokens.current()
    old = {**stale.extra, "refreshed_at": "2026-01-01T00:00:00+00:00"}
    opened.tokens.renew(stale, lambda token: type(token)(access="a", refresh="r", extra=old))
    assert [report_lapses(operator) for _ in range(2)] == [1, 1]
    assert caplog.messages.count("connection.lapses") == 1, "once, however often somebody looks"
