from __future__ import annotations

import contextlib
import os
import signal
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.plant import INVOICES, LONG, TERMS, UNITS, new_customer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.plant import Customer, Plant


pytestmark = pytest.mark.skipif(not LONG, reason="each is proved without workers, too; with them: `make outage`")


@pytest.fixture(scope="module")
def plant(up: Plant) -> Plant:
    return up


@pytest.fixture
def documents() -> int:
    """About how many invoices QAD holds; about half of them have cleared the match."""
    return 10


@pytest.fixture
def customer(plant: Plant, documents: int) -> Iterator[Customer]:
    with new_customer(plant, documents=documents) as made:
        yield made


def run(customer: Customer, flow: str) -> None:
    """Run one flow by hand and wait until everything that followed from it has come to its end."""
    customer.plant("flow", "run", customer.flow(flow))
    customer.plant.until(customer.quiet, f"{flow} of {customer.name} came to rest")


def expected_invoices(customer: Customer) -> dict[str, Any]:
    """What QAD has cleared for JAGGAER, by JAGGAER's key, with the number as the supplier wrote it."""
    state = customer.qad.state("expected", "holds")
    expected: dict[str, Any] = state["expected"]["invoices"]
    for key, invoice in expected.items():
        invoice["reference"] = state["holds"]["invoices"][invoice["invoice_id"]]["reference"]
        invoice["terms"] = state["holds"]["suppliers"][key.partition("|")[0]]["credit_terms"]
    return expected


def answers_about_invoices(customer: Customer) -> list[str | None]:
    """What became of each try at sending an invoice."""
    attempts = customer.ask(
        """SELECT a.answer FROM attempts a JOIN records r ON r.id = a.record_id
           WHERE r.flow_id IN (SELECT id FROM mine WHERE name = %(flow)s) ORDER BY a.number""",
        flow=INVOICES,
    )
    return [attempt.answer for attempt in attempts]


def by_hand(key: str, invoice: dict[str, Any], *, more: str = "0") -> dict[str, Any]:
    """The same invoice as somebody at JAGGAER typed it, careless with spaces and capitals."""
    return {
        "supplierNumber": key.partition("|")[0],
        "supplierInvoiceNumber": f" {invoice['reference'].lower()[:4]} {invoice['reference'].lower()[4:]}",
        "currency": invoice["currency"],
        "total": str(Decimal(invoice["amount"]) + Decimal(more)),
    }


def test_whatever_an_invoice_needs_is_fetched_and_the_invoice_goes_on_by_itself(
    customer: Customer, tmp_path: Path
) -> None:
    customer.set_up(tmp_path)

    run(customer, INVOICES)

    expected, held = expected_invoices(customer), customer.jaggaer.state()
    assert sorted(held["holds"]["invoices"]) == sorted(expected)
    assert set(held["counts"]["invoices"].values()) == {1}
    assert set(held["holds"]["companies"]) == {key.partition("|")[0] for key in expected}
    assert set(held["holds"]["orders"]) == {invoice["order"] for invoice in expected.values()}
    fetched = customer.ask("SELECT reason FROM runs WHERE flow_id IN (SELECT id FROM mine) AND only_key IS NOT NULL")
    assert {run.reason for run in fetched} == {"demand"}


def test_what_lacks_a_code_is_parked_until_somebody_sets_it(plant: Plant, customer: Customer, tmp_path: Path) -> None:
    customer.set_up(tmp_path, payment_terms={"2-10N30": TERMS["2-10N30"]}, business_units=UNITS)

    run(customer, INVOICES)

    missing = [code for code in plant.json("crosswalk", "missing", "-i", customer.name) if code["records"]]
    assert {code["table"] for code in missing} == {"payment_terms"}
    expected = expected_invoices(customer)
    ready = sorted(key for key, invoice in expected.items() if invoice["terms"] == "2-10N30")
    assert sorted(customer.jaggaer.state()["holds"]["invoices"]) == ready
    for code in missing:
        plant.ok("crosswalk", "set", "payment_terms", code["source"], TERMS[code["source"]], "-i", customer.name)
    plant.until(customer.quiet, "the parked records went on")
    assert plant.json("crosswalk", "missing", "-i", customer.name) == []
    assert sorted(customer.jaggaer.state()["holds"]["invoices"]) == sorted(expected)


def test_an_invoice_somebody_entered_in_jaggaer_is_adopted_and_a_different_one_is_left_to_a_person(
    plant: Plant, customer: Customer, tmp_path: Path
) -> None:
    customer.set_up(tmp_path)
    expected = expected_invoices(customer)
    same, different = list(expected)[:2]
    typed = [by_hand(same, expected[same]), by_hand(different, expected[different], more="1")]
    customer.jaggaer.add_documents({"entity": "invoices", "documents": typed})

    run(customer, INVOICES)

    held = customer.jaggaer.state()
    assert not {same, different} & set(held["counts"]["invoices"]), "nobody may try to create what is there"
    assert sorted(held["counts"]["invoices"]) == sorted(set(expected) - {same, different})
    links = customer.ask("SELECT source_key, target_id FROM documents WHERE flow_id IN (SELECT id FROM mine)")
    ids = {link.source_key: link.target_id for link in links}
    assert ids[expected[same]["invoice_id"]] == str(held["holds"]["invoices"][same]["invoiceId"])
    assert ids[expected[different]["invoice_id"]] is None
    assert customer.dead() == {"differs_in_target": 1}

    plant.ok("dead", "requeue", "--flow", customer.flow(INVOICES), "--reason", "differs_in_target")
    plant.until(customer.quiet, "the requeued invoice came to rest")

    assert customer.dead() == {"differs_in_target": 1}
    assert customer.jaggaer.state()["counts"] == held["counts"]


def test_refused_invoices_are_requeued_when_the_cause_is_gone_and_none_is_sent_twice(
    plant: Plant, customer: Customer, tmp_path: Path
) -> None:
    customer.set_up(tmp_path)
    customer.jaggaer.set_options(supplier_invoice_number_limit=8)
    run(customer, INVOICES)
    expected = expected_invoices(customer)
    too_long = [key for key, invoice in expected.items() if len(invoice["reference"]) > 8]
    assert 0 < len(too_long) < len(expected)
    assert customer.dead() == {"refused": len(too_long)}

    customer.jaggaer.set_options(supplier_invoice_number_limit=50)
    plant.ok("dead", "requeue", "--flow", customer.flow(INVOICES), "--reason", "refused")
    plant.until(customer.quiet, "the requeued invoices came to rest")

    assert customer.dead() == {}
    assert customer.jaggaer.state()["creates"]["invoices"] == dict.fromkeys(expected, 1)
    assert customer.jaggaer.state()["counts"]["invoices"] == dict.fromkeys(expected, 1)


@pytest.mark.parametrize("documents", [1])
def test_a_letter_in_doubt_whose_worker_died_three_times_is_requeued_and_not_sent_twice(
    plant: Plant, customer: Customer, tmp_path: Path
) -> None:
    customer.set_up(tmp_path)
    (key,) = expected_invoices(customer)
    customer.jaggaer.set_faults(
        {"kind": "reset-after", "match": {"method": "POST", "path": "/invoices/ocr"}, "count": 1}
    )
    plant.ok("flow", "run", customer.flow(INVOICES))
    plant.until(lambda: "unknown" in answers_about_invoices(customer), "the answer was lost")
    customer.jaggaer.set_faults({"kind": "timeout", "match": {"method": "GET", "path": "/invoices"}, "seconds": 60})

    def dead() -> bool:
        asking = customer.ask(
            """SELECT w.pid FROM records r JOIN workers w ON w.id = r.lease_owner
               WHERE r.flow_id IN (SELECT id FROM mine) AND r.state = 'mapped'"""
        )
        for worker_process in asking:
            with contextlib.suppress(ProcessLookupError):  # killed a moment ago, and not found out yet
                os.kill(worker_process.pid, signal.SIGKILL)
        return bool(customer.dead())

    plant.until(dead, "the record was given up")
    assert customer.dead() == {"worker_crashed": 1}
    customer.jaggaer.set_faults()
    plant.ok("dead", "requeue", "--flow", customer.flow(INVOICES), "--reason", "worker_crashed")
    plant.until(customer.quiet, "the requeued invoice came to rest")

    assert customer.dead() == {}
    assert customer.jaggaer.state()["counts"]["invoices"] == {key: 1}
    # Where the answer of a COMMIT before the sending was lost, the ledger knows of a try that never left.
    assert [answer for answer in answers_about_invoices(customer) if answer != "not sent"] == ["adopted"]
