"""QAD and the simulated network: everything that is sent arrives once, whatever goes wrong in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.record import State
from sandbox.reconciliation import qad_cxml
from tests.journey.suppliers import Suppliers, open_suppliers
from tests.waiting import until
from workers.demo.reconciling import compared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.server import SandboxServer

FLOWS = tuple(registry.flows("qad-cxml"))


@pytest.fixture(scope="module")
def suppliers(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suppliers]:
    with open_suppliers(module_database_url, tmp_path_factory.mktemp("network"), simulated=True, documents=12) as works:
        yield works


@pytest.fixture(scope="module")
def network(suppliers: Suppliers) -> SandboxServer:
    return suppliers.sandboxes["cxml"]


def everything(suppliers: Suppliers) -> None:
    """Wait until all that was sent to us has an answer, and bring it to its end."""
    network = suppliers.sandboxes["cxml"]
    ended = {"delivered", "refused", "given up"}
    until(lambda: all(one["outcome"] in ended for one in network.state("deliveries")["deliveries"]), "all is delivered")
    for flow in FLOWS:
        suppliers.brought(flow)


def differences(suppliers: Suppliers) -> list[str]:
    """What is not where it should be; nothing that we send may be refused."""
    assert suppliers.rows("SELECT reason FROM dead_letters WHERE code IN ('refused', 'in_doubt', 'unexpected')") == []
    states = {name: suppliers.sandboxes[name].state() for name in qad_cxml.SYSTEMS}
    return [str(line) for line in compared(qad_cxml.sides(**states)) if not line.clean]


def received_orders(suppliers: Suppliers) -> list[str]:
    held = suppliers.qad.state("holds")["holds"]
    there = suppliers.sandboxes["cxml"].state("holds")["holds"]["orders"]
    return sorted(number for number in held["receipts"] if number in there)


def test_orders_arrive_change_and_are_deleted(suppliers: Suppliers, network: SandboxServer) -> None:
    everything(suppliers)
    held = network.state("holds")["holds"]["orders"]
    assert held
    assert differences(suppliers) == []

    one, other, *_ = sorted(held)
    for remarks in ("First", "Second"):
        suppliers.qad.add_documents({"entity": "orders", "documents": [{"number": one, "remarks": remarks}]})
        everything(suppliers)
    suppliers.qad.add_documents({"entity": "orders", "documents": [{"number": other, "status": "X"}]})
    everything(suppliers)

    assert differences(suppliers) == []
    assert network.state("holds")["holds"]["orders"][other]["deleted"]


def test_invoices_of_all_shapes_are_posted_once_or_rejected(suppliers: Suppliers, network: SandboxServer) -> None:
    everything(suppliers)
    network.add_documents({"batch": {"invoices": 40, "orders": received_orders(suppliers)}})
    everything(suppliers)

    assert differences(suppliers) == []


def test_confirmations_and_ship_notices_are_taken(suppliers: Suppliers, network: SandboxServer) -> None:
    order = received_orders(suppliers)[0]
    kinds = ("accept", "detail", "allDetail", "except", "backordered", "reject")
    network.add_documents({"confirm": [{"order": order, "type": kind} for kind in kinds], "ship": [order]})
    everything(suppliers)

    assert differences(suppliers) == []


def test_what_qad_paid_is_told(suppliers: Suppliers, network: SandboxServer) -> None:
    posted = {one["reference"]: number for number, one in suppliers.qad.state("holds")["holds"]["invoices"].items()}
    wanted = network.state("expected")["expected"]["invoices"].values()
    sent = sorted(one["number"] for one in wanted if one["type"] == "invoice")
    ours = [posted[number] for number in sent if number in posted][:4]
    assert len(ours) == 4
    suppliers.qad.add_documents({"pay": [ours[0], {"invoice": ours[1], "amount": "1.00"}], "collect": ours[2:]})
    everything(suppliers)
    suppliers.qad.add_documents({"bounce": [ours[0]]})
    everything(suppliers)

    assert differences(suppliers) == []


@pytest.mark.parametrize("weather", ["reset-after", "reset-before", "503", "malformed"])
def test_lost_answers_of_the_network_leave_nothing_twice(
    suppliers: Suppliers, network: SandboxServer, weather: str
) -> None:
    suppliers.qad.add_documents({"generate": {"orders": 6}})
    faults: list[dict[str, Any]] = [{"kind": weather, "match": {"method": "POST"}, "count": 4}]
    network.set_faults(*faults)
    everything(suppliers)
    network.set_faults()
    everything(suppliers)

    assert differences(suppliers) == []


def test_a_supplier_hears_of_its_money_after_it_heard_that_its_invoice_is_processed(
    suppliers: Suppliers, network: SandboxServer
) -> None:
    everything(suppliers)
    network.add_documents({"batch": {"invoices": 1, "only": ["plain"], "orders": received_orders(suppliers)}})
    until(lambda: network.state("deliveries")["deliveries"][-1]["outcome"] == "delivered", "it is delivered")
    suppliers.read("cxml_invoices_to_qad")
    (posted,) = suppliers.under_way("cxml_invoices_to_qad", State.EXTRACTED)
    for _ in (State.EXTRACTED, State.MAPPED):
        suppliers.step(posted)
    assert suppliers.record(posted).state == "loaded", "in the books, and nobody told"
    number = suppliers.source_payload(posted)["invoice_number"]
    books = suppliers.qad.state("holds")["holds"]["invoices"]
    suppliers.qad.add_documents({"pay": [key for key, one in books.items() if one["reference"] == number]})

    suppliers.brought("qad_payments_to_cxml")
    suppliers.finish(posted)
    suppliers.brought("qad_payments_to_cxml")

    (told,) = [one["told"] for one in network.state("holds")["holds"]["invoices"].values() if one["number"] == number]
    assert [one["type"] for one in told] == ["processing", "paid"]
    assert differences(suppliers) == []
