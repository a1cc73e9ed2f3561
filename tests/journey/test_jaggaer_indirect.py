"""The flows into JAGGAER through the XML messages of JAGGAER Indirect: what they carry arrives, once."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
import yaml

from connector.bootstrap import Application
from connector.config.settings import Settings
from connector.operations.setup import applying
from connector.vault import new_key
from sandbox.server import running
from tests.journey.carrying import carry, unreconciled
from tests.journey.works import Works
from workers.demo.reconciling import reconcile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CARRIED = ("qad_suppliers_to_jaggaer", "qad_orders_to_jaggaer", "qad_invoices_to_jaggaer")
SECRETS = {"QAD_PASSWORD": "qad-sandbox", "JAGGAER_SHARED_SECRET": "jaggaer-xml-sandbox"}


def setup(qad: str, jaggaer: str) -> str:
    """What a customer without J1P applies."""
    indirect = {
        "base_url": jaggaer,
        "identity": "AcmeOrg",
        "shared_secret": "env:JAGGAER_SHARED_SECRET",
        "invoice_path": "apps/Router/BuyerInvoiceOcrImport",
    }
    adaptive = {
        "base_url": f"{qad}/clouderp",
        "auth": "oauth_password",
        "client_id": "0123456789abcdef0123456789abcdef",
        "username": "mfg",
        "password": "env:QAD_PASSWORD",
        "workspace": "10USA_10USACO",
        "shared_set": "CORP",
    }
    terms = {"N30": "Net 30", "N45": "Net 45", "N60": "Net 60", "2-10N30": "2% 10 Net 30"}
    return yaml.safe_dump(
        {
            "connections": {"qad": {"system": "qad", **adaptive}, "indirect": {"system": "jaggaer-xml", **indirect}},
            "integrations": {
                "acme": {
                    "kind": "qad-jaggaer",
                    "from": "qad",
                    "to": "indirect",
                    "flows": {"qad_invoices_to_jaggaer": {"options": {"accounts_required": False}}},
                    "crosswalks": {"payment_terms": terms, "business_units": {"10USACO": "0001"}},
                }
            },
        }
    )


@pytest.fixture
def works(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with contextlib.ExitStack() as stack:
        qad = stack.enter_context(running("qad", documents=12))
        jaggaer = stack.enter_context(running("jaggaer-xml", documents=0))
        settings = Settings(
            database_url=database_url,
            broker_url="redis://127.0.0.1:9/0",
            master_keys=new_key(),
            data_dir=tmp_path,
            allow_private_addresses=True,
        )
        application = Application(settings)
        stack.callback(application.store.close)
        works = Works(application, {"qad": qad, "jaggaer": jaggaer})
        applying.apply(works.operator, setup(qad.url, jaggaer.url), file="setup.yaml")
        yield works


def test_what_the_messages_carry_arrives_once(works: Works) -> None:
    for flow in CARRIED:
        carry(works, flow)

    states = {"qad": works.sandboxes["qad"].state(), "jaggaer-xml": works.sandboxes["jaggaer"].state()}
    lines = {line.flow: line for line in reconcile(states)}
    assert {flow: lines[flow].clean for flow in CARRIED} == dict.fromkeys(CARRIED, True)
    assert all(lines[flow].expected for flow in CARRIED), "there was something to carry"
    assert unreconciled(works, CARRIED) == []


def test_an_order_whose_answer_is_lost_goes_to_a_person_and_a_supplier_again(works: Works) -> None:
    jaggaer = works.sandboxes["jaggaer"]
    with works.weather(jaggaer, "reset-after", "POST", count=1):
        carry(works, "qad_suppliers_to_jaggaer")
    with works.weather(jaggaer, "reset-after", "POST", count=1):
        carry(works, "qad_orders_to_jaggaer")

    letters = works.rows("SELECT d.code, d.suggestion FROM dead_letters d")
    assert [letter.code for letter in letters] == ["in_doubt"]
    assert "dead settle ID --there" in letters[0].suggestion
    state = jaggaer.state()
    assert set(state["creates"]["companies"].values()) == {1}
    assert set(state["creates"]["orders"].values()) == {1}
    assert not works.rows("SELECT 1 FROM records WHERE state NOT IN ('done', 'dead', 'skipped', 'superseded')")
