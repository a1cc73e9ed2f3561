"""The commands that speak with the systems, against the sandboxes over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
import sqlalchemy as sa

from connector.store.schema.tables import attempts, dead_letters, records, runs
from connector.store.schema.tables import documents as documents_read
from sandbox.server import running
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


@pytest.fixture(scope="module")
def urls() -> Iterator[dict[str, str]]:
    with running("qad", seed=3, documents=20) as qad, running("jaggaer", seed=3, documents=20) as jaggaer:
        yield {"qad": qad.url, "jaggaer": jaggaer.url}


@pytest.fixture
def sandboxed(terminal: Terminal, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal where the integration acme goes from one sandbox to the other."""
    monkeypatch.setenv("QAD_PASSWORD", "qad-sandbox")
    monkeypatch.setenv("JAGGAER_SECRET", "jaggaer-sandbox")
    setup = f"""
connections:
  acme-qad:
    system: qad
    base_url: {urls["qad"]}/clouderp
    client_id: 0123456789abcdef0123456789abcdef
    username: mfg
    password: env:QAD_PASSWORD
    workspace: 10USA_10USACO
    shared_set: CORP
  acme-j1:
    system: jaggaer
    base_url: {urls["jaggaer"]}
    token_url: {urls["jaggaer"]}/auth/realms/J1p-integrations/protocol/openid-connect/token
    client_id: ml-connector
    client_secret: env:JAGGAER_SECRET
integrations:
  acme: {{kind: qad-jaggaer, from: acme-qad, to: acme-j1}}
"""
    terminal.ok("apply", terminal.file("setup.yaml", setup))
    return terminal


def test_ping_reports_every_entity(sandboxed: Terminal) -> None:
    for name, entity in (("acme-qad", "invoices"), ("acme-j1", "companies")):
        report = sandboxed.json("connection", "ping", name)

        assert report["ok"] is True
        assert entity in [check["entity"] for check in report["checks"]]
        assert entity in sandboxed.ok("connection", "ping", name).out


def test_ping_with_a_wrong_entity_names_it_and_fails(sandboxed: Terminal) -> None:
    moved = sandboxed.file("moved.yaml", "entities:\n  invoices:\n    browse: urn:browse:mfg:nowhere\n")
    sandboxed.ok("connection", "rotate", "acme-qad", "--config", moved)

    said = sandboxed("connection", "ping", "acme-qad")

    assert said.code == 1
    assert "urn:browse:mfg:nowhere" in said.out.replace("\n", "")
    assert sandboxed.json("connection", "show", "acme-qad")["ping_why"].startswith("invoices: No rows and no columns")
    back = sandboxed.file("back.yaml", "entities: {}\n")
    sandboxed.ok("connection", "rotate", "acme-qad", "--config", back)
    sandboxed.ok("connection", "ping", "acme-qad")
    assert sandboxed.json("connection", "show", "acme-qad")["ping_why"] is None


def test_wrong_credentials_are_one_sentence(sandboxed: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAD_PASSWORD", "canary-wrong")
    sandboxed.ok("connection", "rotate", "acme-qad", "--config", sandboxed.file("p.yaml", "password: env:QAD_PASSWORD"))

    said = sandboxed("connection", "ping", "acme-qad")

    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 1
    assert "acme-qad" in said.err
    assert "canary" not in said.err


def test_a_stopped_connection_is_freed_by_a_ping_that_works(sandboxed: Terminal, built: Application) -> None:
    with built.store.unit() as unit:
        unit.connections.stop("acme-qad", "QAD refused the password.")
        unit.commit()

    assert sandboxed.json("connection", "ping", "acme-qad")["freed"] is True
    assert sandboxed.json("connection", "show", "acme-qad")["stopped_why"] is None
    assert sandboxed.json("connection", "ping", "acme-qad")["freed"] is False


def test_a_connection_that_a_person_stopped_is_pinged_and_stays_stopped(sandboxed: Terminal) -> None:
    sandboxed.ok("connection", "stop", "acme-qad", "--why", "month end")

    said = sandboxed.ok("connection", "ping", "acme-qad").out

    assert "It stays stopped: " in said
    assert " stopped it: month end" in sandboxed.json("connection", "show", "acme-qad")["stopped_why"]


def test_a_dry_run_shows_both_sides_and_writes_nothing(
    sandboxed: Terminal, built: Application, urls: dict[str, str]
) -> None:
    run = ("flow", "run", "acme/qad_suppliers_to_jaggaer", "--dry-run", "--limit", "3")
    for parked in sandboxed.json(*run):
        sandboxed.ok("crosswalk", "set", "payment_terms", parked["source"]["credit_terms"], "NET")

    documents = sandboxed.json(*run)
    shown = sandboxed.ok("flow", "run", "acme/qad_suppliers_to_jaggaer", "--dry-run", "--limit", "1").out

    assert [document["would"] for document in documents] == ["create"] * 3
    assert documents[0]["source"]["supplier_code"] == documents[0]["key"] == documents[0]["target_key"]
    assert documents[0]["target"]["companyInfo"]["extCode"] == documents[0]["key"]
    assert "Nothing was written." in shown
    with built.store.begin() as connection:
        for table in (runs, documents_read, records, attempts, dead_letters):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0
    assert requests.get(f"{urls['jaggaer']}/_sandbox/state", timeout=HANG_SECONDS).json()["writes"] == []


def test_a_dry_run_says_what_each_document_would_wait_for(sandboxed: Terminal) -> None:
    orders = sandboxed.json("flow", "run", "acme/qad_orders_to_jaggaer", "--dry-run", "--limit", "5")
    invoices = sandboxed.json("flow", "run", "acme/qad_invoices_to_jaggaer", "--dry-run", "--limit", "20")

    assert "park" in {order["would"] for order in orders}
    assert any("payment_terms" in order["why"] for order in orders)
    assert all(invoice["why"] for invoice in invoices)
    assert not {invoice["would"] for invoice in invoices} & {"create", "update"}


def test_the_doctor_says_what_is_amiss_and_what_to_do(sandboxed: Terminal) -> None:
    said = sandboxed("doctor", "--json")
    checks = {check["what"]: check for check in said.json["checks"]}

    assert said.code == 0, said
    assert checks["migrations"]["health"] == "ok"
    assert checks["connection acme-qad"]["health"] == "ok"
    assert checks["connection acme-j1"]["health"] == "ok"
    assert checks["redis eviction"]["health"] == "ok"
    assert checks["clock"]["health"] == "ok"
    assert checks["workers"]["health"] == "warning"
    assert "ml-connector up" in checks["workers"]["advice"]
    assert "postgres" in sandboxed.ok("doctor").out
