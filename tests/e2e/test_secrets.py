"""Secrets and personal values that are unmistakable go through everything; then everything is searched for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import requests
import yaml
from typer.testing import CliRunner

from connector.embedded.places import free_port
from connector.embedded.programs import beat, flower
from sandbox.server import running
from tests.e2e import canaries
from tests.e2e.plant import Customer, worker
from workers.cli import app
from workers.demo import scenario_concur

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sandbox.server import SandboxServer
    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Plant

QAD, JAGGAER, CONCUR = CONNECTIONS = ("acme-qad", "acme-jaggaer", "acme-concur")
FAULTS = {
    "qad": [{"kind": "malformed", "match": {"path": "/api/"}, "rate": 0.2, "count": 2}, {"kind": "401", "count": 1}],
    "jaggaer": [
        {"kind": "malformed", "match": {"method": "POST", "path": "/j1p/"}, "rate": 0.3, "count": 2},
        {"kind": "reset-after", "match": {"method": "POST", "path": "/j1p/"}, "rate": 0.3, "count": 2},
        {"kind": "503", "match": {"path": "/token$"}, "count": 1},
    ],
    "concur": [
        {"kind": "malformed", "match": {"method": "GET", "path": "/financialintegration/"}, "rate": 0.5, "count": 1},
        {"kind": "malformed", "match": {"path": "postingconfirmations"}, "count": 1},
        {"kind": "401", "match": {"path": "/list/"}, "count": 1},
    ],
}


@dataclass(frozen=True, kw_only=True)
class Estate:
    """A customer with all three systems, whose every value is a canary."""

    plant: Plant
    flower: str
    qad: SandboxServer
    jaggaer: SandboxServer
    concur: SandboxServer
    #: tokens that were in use in between
    tokens: set[str] = field(default_factory=set)
    #: what commands said in between
    said: list[str] = field(default_factory=list)

    def type(self, *words: str) -> int:
        """A command that may fail; returns its exit code."""
        said = CliRunner().invoke(app, words)
        self.said.append(said.output)
        return said.exit_code

    def connect(self, folder: Path, *, wrong: Sequence[str] = (), integrated: bool = True) -> None:
        """Apply the whole set-up; some connections with credentials that are refused."""
        customer = Customer(plant=self.plant, name="acme", qad=self.qad, jaggaer=self.jaggaer, patience=2)
        books, one = customer.connections().values()
        company = scenario_concur.connection(self.concur.url) | {"timeout_seconds": 2}
        described = {
            QAD: books | {"password": "env:CANARY_QAD"},
            JAGGAER: one | {"client_secret": "env:CANARY_JAGGAER"},
            CONCUR: company | {"client_secret": "env:CANARY_CONCUR", "request_token": "env:CANARY_REQUEST"},
        }
        for name in wrong:
            described[name] |= {"password" if name == QAD else "client_secret": "env:CANARY_WRONG"}
        kinds = customer.integration(schedule="every 3s"), scenario_concur.integration(QAD)
        for flow in kinds[1]["flows"].values():
            flow["schedule"] = "every 3s"
        there = {"from": QAD, "to": JAGGAER}, {"from": QAD, "to": CONCUR}
        integrations = dict(zip(("acme-one", "acme-travel"), map(dict.__or__, kinds, there), strict=True))
        file = folder / "setup.yaml"
        file.write_text(yaml.safe_dump({"connections": described, "integrations": integrations if integrated else {}}))
        assert self.type("apply", str(file)) == 0, self.said

    def set_up(self, folder: Path) -> None:
        """Everything that can go wrong with credentials, before they are right."""
        self.connect(folder, wrong=CONNECTIONS, integrated=False)
        assert [self.type("connection", "ping", name) for name in CONNECTIONS] == [1, 1, 1], self.said
        self.connect(folder, wrong=[JAGGAER])
        self.plant.until(lambda: self.plant.ask("SELECT FROM connections WHERE stopped_why > ''"), "JAGGAER refused")
        self.connect(folder)

    def plant_canaries(self) -> None:
        """Values of documents, in documents that arrive, that are refused, and that nobody can read."""
        holds = self.qad.state("holds")["holds"]
        supplier = canaries.SUPPLIER | {"remit": canaries.REMIT}
        orders = [{"number": number, **canaries.ORDER} for number in holds["orders"]]
        invoices = [{"invoice_id": number, **canaries.INVOICE} for number in holds["invoices"]]
        for entity, documents in (
            ("suppliers", [{"code": code, **supplier} for code in holds["suppliers"]]),
            ("orders", orders),
            ("invoices", invoices),
        ):
            self.qad.add_documents({"entity": entity, "documents": documents})
        generated = {"expenses": 2, "invoices": 2, "cash_advances": 1}
        self.concur.add_documents({"generate": {**generated, "set": canaries.CONCUR}})
        self.concur.add_documents({"entity": "expenses", "documents": canaries.UNREADABLE})

    def settled(self) -> None:
        """All flows have read everything once more, and nothing moves."""
        began = self.plant.now()
        over = "everything came to its end"  # where a connection was paused or stopped, some minutes later
        self.plant.until(lambda: self._read_since(began) and not self._moving(), over)
        self.tokens.update(canaries.tokens(self.plant, CONNECTIONS))

    def _read_since(self, moment: object) -> bool:
        late = self.plant.ask(
            """SELECT FROM flows f WHERE enabled AND NOT EXISTS (SELECT FROM runs r WHERE r.flow_id = f.id
               AND r.status = 'done' AND r.only_key IS NULL AND r.started_at > %(moment)s)""",
            moment=moment,
        )
        return not late

    def _moving(self) -> bool:
        return bool(self.plant.ask("SELECT FROM moving WHERE coalesce(hold, '') NOT IN ('gate', 'park')"))


@pytest.fixture(scope="module")
def estate(start_plant: StartPlant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    folder, port, secrets = tmp_path_factory.mktemp("estate"), free_port(0), canaries.SECRETS
    programs = [worker("all", processes=2), beat(), flower(canaries.FLOWER_PASSWORD, "127.0.0.1", port)]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ML_CONNECTOR_LOG_LEVEL", "debug")
        for name, value in secrets.items():
            environment.setenv(name, value)
        company = {"client_secret": secrets["CANARY_CONCUR"], "request_token": secrets["CANARY_REQUEST"]}
        with (
            running("qad", documents=6, options={"password": secrets["CANARY_QAD"]}) as qad,
            running("jaggaer", documents=0, options={"client_secret": secrets["CANARY_JAGGAER"]}) as jaggaer,
            running("concur", documents=0, options=company) as concur,
            start_plant(programs) as plant,
        ):
            found = Estate(plant=plant, flower=f"http://127.0.0.1:{port}", qad=qad, jaggaer=jaggaer, concur=concur)
            found.plant_canaries()
            jaggaer.set_options(payment_terms=["Net 30"])  # it refuses what has others
            found.set_up(folder)
            for system, rules in FAULTS.items():
                getattr(found, system).set_faults(*rules)
            found.settled()
            yield found


@pytest.fixture(scope="module")
def stores(estate: Estate) -> dict[str, bytes]:
    plant = estate.plant
    plant.until(lambda: requests.get(f"{estate.flower}/healthcheck", timeout=9).ok, "Flower answers")
    found = canaries.stores(plant, estate.flower, connections=CONNECTIONS)
    return found | {"commands in between": "".join(estate.said).encode()}


def test_the_canaries_went_through_everything(estate: Estate, stores: dict[str, bytes]) -> None:
    """Otherwise not finding them proves nothing."""
    codes = {row.code for row in estate.plant.ask("SELECT DISTINCT code FROM dead_letters")}
    answers = {row.answer for row in estate.plant.ask("SELECT DISTINCT answer FROM attempts")}
    assert codes >= {"malformed", "refused"}
    assert "accepted" in answers
    arrived = repr(estate.jaggaer.state("writes")) + repr(estate.qad.state("holds")) + repr(estate.concur.state())
    assert "Zqname" in arrived
    assert len(estate.tokens) >= 4
    assert b"workers.start" in stores["processes"]
    assert len(stores["messages"]) > 1000


def test_no_secret_is_to_be_seen_anywhere(estate: Estate, stores: dict[str, bytes]) -> None:
    assert canaries.seen(canaries.secrets(estate.plant) | estate.tokens, stores) == []


def test_no_personal_value_of_a_document_is_to_be_seen_anywhere(stores: dict[str, bytes]) -> None:
    assert canaries.seen(canaries.personal() - canaries.parties(), stores) == []


def test_suppliers_names_and_employees_ids_are_in_the_ledger_and_nowhere_else(stores: dict[str, bytes]) -> None:
    elsewhere = {name: content for name, content in stores.items() if not canaries.in_the_ledger(name)}
    assert canaries.seen(canaries.parties(), elsewhere) == []
    assert {value for value, store in canaries.seen(canaries.parties(), stores) if store == "backup"}


def test_the_search_would_find_a_value_however_it_is_spelt() -> None:
    for spelling in canaries.spellings("Zq-secret-of-qad-77"):
        assert canaries.seen(["Zq-secret-of-qad-77"], {"here": b"before" + spelling + b"behind"})
