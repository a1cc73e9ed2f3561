"""Messages of a supplier network on their whole way: once, in any order, answered or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.http.misbehaving import resets, says
from tests.journey.suppliers import OK, Suppliers, message, open_suppliers
from tests.systems.cxml import messages as xml
from tests.systems.cxml.test_receiver import multipart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

INVOICES, ORDERS, RECEIPTS = "cxml_invoices_to_qad", "qad_orders_to_cxml", "qad_receipts_to_cxml"


@pytest.fixture(scope="module")
def suppliers(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suppliers]:
    with open_suppliers(module_database_url, tmp_path_factory.mktemp("suppliers")) as works:
        yield works


@pytest.fixture(scope="module")
def received(suppliers: Suppliers) -> tuple[str, str]:
    """An order with a receipt, and its supplier."""
    suppliers.brought(RECEIPTS)
    (row, *_) = suppliers.rows(
        "SELECT r.id FROM records r JOIN flows f ON f.id = r.flow_id WHERE f.name = :name AND r.state = 'skipped' "
        "ORDER BY r.source_key",
        name=RECEIPTS,
    )
    payload = suppliers.source_payload(row.id)
    return str(payload["order_number"]), str(payload["supplier_code"])


def told(suppliers: Suppliers, number: str) -> list[str | None]:
    statuses = [root.find(".//InvoiceStatus") for root in suppliers.heard("StatusUpdateRequest")]
    return [
        one.get("type")
        for one in statuses
        if one is not None and one.find("InvoiceIDInfo").get("invoiceID") == number  # type: ignore[union-attr]
    ]


def keys(states: list[tuple[str, str]], number: str) -> list[str]:
    return [state for key, state in states if f"|{number}|" in key]


def test_an_invoice_is_posted_once_however_often_and_under_whatever_id_it_comes(
    suppliers: Suppliers, received: tuple[str, str]
) -> None:
    order, supplier = received
    first = message("W-1", order, supplier, "w1")

    assert [suppliers.post(first) for _ in range(3)] == [(201, "Taken; its status follows.")] * 3
    assert keys(suppliers.brought(INVOICES), "W-1") == ["done"]
    assert suppliers.post(message("W - 1", order, supplier, "w2", 5)) == (201, "Taken; its status follows.")
    assert suppliers.post(message("W-1", order, supplier, "w1", 6))[0] == 201, "it only says when it was sent again"
    assert suppliers.post(message("W-7", order, supplier, "w1", 6))[0] == 409
    assert keys(suppliers.brought(INVOICES), "W-1") == ["done", "done"]
    assert [key for key, _ in suppliers.posted() if "W-1" in key] == [f"10USACO|{supplier}|W-1|INVOICE"]
    assert told(suppliers, "W-1")[:1] == ["processing"]


def test_an_invoice_that_is_taken_back_while_it_waits_is_never_posted(
    suppliers: Suppliers, received: tuple[str, str]
) -> None:
    _, supplier = received
    suppliers.post(message("W-2", "NOBODY", supplier, "w3"))
    assert keys(suppliers.brought(INVOICES), "W-2") == ["extracted"]

    delete = {"attributes": 'operation="delete"', "inside": '<DocumentReference payloadID="w3"/>'}
    suppliers.post(message("CANCEL-2", "NOBODY", supplier, "w4", -5, **delete))

    states = suppliers.brought(INVOICES)
    assert (keys(states, "W-2"), keys(states, "CANCEL-2")) == (["superseded", "skipped"], [])
    assert [key for key, _ in suppliers.posted() if "W-2" in key] == []


def test_a_delete_that_comes_before_its_invoice_and_that_invoice_wait_for_a_person(
    suppliers: Suppliers, received: tuple[str, str]
) -> None:
    order, supplier = received
    delete = {"attributes": 'operation="delete"', "inside": '<DocumentReference payloadID="w5"/>'}
    suppliers.post(message("W-3", order, supplier, "w6", 9, **delete))
    suppliers.post(message("W-3", order, supplier, "w5", 10))  # by its clock it would be the last word

    assert keys(suppliers.brought(INVOICES), "W-3") == ["dead"]
    (waiting,) = suppliers.rows(
        "SELECT message_id FROM received_messages WHERE problem LIKE 'Message % was here before this one%'"
    )
    assert waiting.message_id.endswith("|w5")
    assert [key for key, _ in suppliers.posted() if "W-3" in key] == []


def test_what_is_taken_back_or_changed_after_it_was_posted_goes_to_a_person(
    suppliers: Suppliers, received: tuple[str, str]
) -> None:
    order, supplier = received
    suppliers.post(message("W-4", order, supplier, "w7"))
    suppliers.post(message("W-5", order, supplier, "w8"))
    suppliers.brought(INVOICES)
    delete = {"attributes": 'operation="delete"', "inside": '<DocumentReference payloadID="w7"/>'}
    suppliers.post(message("W-4", order, supplier, "w9", 1, **delete))
    other = xml.INVOICE_LINE.replace('quantity="10"', 'quantity="5"').replace("2.10", "4.20")
    suppliers.post(message("W-5", order, supplier, "w10", 1, lines=other))

    states = suppliers.brought(INVOICES)

    assert keys(states, "W-4") == keys(states, "W-5") == ["done", "dead"]
    letters = {row.code for row in suppliers.rows("SELECT code FROM dead_letters")}
    assert letters >= {"deleted_after_posting", "posted_before"}
    assert len([key for key, _ in suppliers.posted() if "W-4" in key or "W-5" in key]) == 2


def test_what_does_not_add_up_is_rejected_and_its_supplier_told_until_it_hears(
    suppliers: Suppliers, received: tuple[str, str]
) -> None:
    order, supplier = received
    suppliers.post(message("W-6", order, supplier, "w11", summary=xml.SUMMARY.replace("25.68", "25.69")))
    suppliers.answers(resets, says(503, Connection="close"), OK)

    assert keys(suppliers.brought(INVOICES), "W-6") == ["rejected"]

    messages = [
        root
        for root in suppliers.heard("StatusUpdateRequest")
        if root.find(".//InvoiceIDInfo[@invoiceID='W-6']") is not None
    ]
    assert len(messages) == 3
    assert len(set(suppliers.payloads_named(messages))) == 1
    assert "GrossAmount of 25.69 USD" in (messages[0].findtext(".//InvoiceStatus/Comments") or "")
    suppliers.post(message("W-6", order, supplier, "w12", 1))
    assert keys(suppliers.brought(INVOICES), "W-6") == ["rejected", "done"]
    assert told(suppliers, "W-6")[-1] == "processing"


def test_an_order_goes_as_new_then_as_update_and_each_names_the_one_before(suppliers: Suppliers) -> None:
    suppliers.brought(ORDERS)
    new = suppliers.heard("OrderRequest")
    assert new
    assert {root.find(".//OrderRequestHeader").get("type") for root in new} == {"new"}  # type: ignore[union-attr]
    sent = {root.find(".//OrderRequestHeader").get("orderID"): root.get("payloadID") for root in new}  # type: ignore[union-attr]
    assert len(sent) == len(new), "each order once"

    (order, payload_id), *_ = sent.items()
    suppliers.qad.add_documents({"entity": "orders", "documents": [{"number": order, "remarks": "Hurry"}]})
    before = len(suppliers.heard("OrderRequest"))
    suppliers.brought(ORDERS)

    (update,) = suppliers.heard("OrderRequest")[before:]
    header = update.find(".//OrderRequestHeader")
    assert header is not None
    assert (header.get("orderID"), header.get("type"), header.get("orderVersion")) == (order, "update", "2")
    assert header.find("DocumentReference").get("payloadID") == payload_id  # type: ignore[union-attr]


def of_order(suppliers: Suppliers, order: str) -> list[etree._Element]:
    return [root for root in suppliers.heard("OrderRequest") if header(root).get("orderID") == order]


def header(root: etree._Element) -> etree._Element:
    found = root.find(".//OrderRequestHeader")
    assert found is not None
    return found


def changed(suppliers: Suppliers, order: str, remarks: str) -> list[str]:
    """Change an order in QAD and bring it to its supplier; the states of its versions."""
    suppliers.qad.add_documents({"entity": "orders", "documents": [{"number": order, "remarks": remarks}]})
    return [state for key, state in suppliers.brought(ORDERS) if key == order]


def test_an_order_without_an_answer_is_the_same_message_again_where_it_is_remembered(suppliers: Suppliers) -> None:
    suppliers.brought(ORDERS)
    order = str(header(suppliers.heard("OrderRequest")[-1]).get("orderID"))
    before = len(of_order(suppliers, order))
    suppliers.answers(resets, says(500, b"Already processed", Connection="close"), OK)

    assert changed(suppliers, order, "First")[-1] == "done"

    tries = of_order(suppliers, order)[before:]
    assert len(tries) == 3
    assert len(set(suppliers.payloads_named(tries))) == 1


def test_a_worker_that_dies_with_an_order_sends_nobody_two_of_them(suppliers: Suppliers) -> None:
    suppliers.brought(ORDERS)
    order = str(header(suppliers.heard("OrderRequest")[-1]).get("orderID"))
    before = len(of_order(suppliers, order))
    suppliers.qad.add_documents({"entity": "orders", "documents": [{"number": order, "remarks": "Second"}]})
    suppliers.read(ORDERS)
    (row,) = suppliers.rows("SELECT id FROM records WHERE source_key = :key AND finished_at IS NULL", key=order)
    suppliers.step(row.id)
    suppliers.die_holding(row.id)
    suppliers.rescue()

    assert suppliers.finish(row.id) == "done"
    sent = of_order(suppliers, order)
    assert len(set(suppliers.payloads_named(sent[before:]))) == 1
    reference = header(sent[-1]).find("DocumentReference")
    assert reference is not None
    assert reference.get("payloadID") == sent[before - 1].get("payloadID")


def test_an_order_without_an_answer_goes_to_a_person_where_nobody_remembers(suppliers: Suppliers) -> None:
    remembers = (
        "UPDATE connections SET updated_at = clock_timestamp(), config = config || "
        "jsonb_build_object('remembers_payload_ids', CAST(:word AS text)) WHERE system = 'cxml'"
    )
    suppliers.brought(ORDERS)
    order = str(header(suppliers.heard("OrderRequest")[0]).get("orderID"))
    before = len(of_order(suppliers, order))
    suppliers.reconfigure(remembers, word="unknown")
    suppliers.answers(resets, OK)
    try:
        with suppliers.another() as fresh:
            assert changed(fresh, order, "Third")[-1] == "dead"
    finally:
        suppliers.reconfigure(remembers, word="yes")

    assert len(of_order(suppliers, order)) == before + 1
    (letter,) = suppliers.rows("SELECT reason, suggestion FROM dead_letters WHERE code = 'in_doubt'")
    assert order in letter.suggestion
    assert "dead settle" in letter.suggestion


def test_what_qad_paid_is_told_to_the_supplier_and_taken_back_when_it_bounced(
    suppliers: Suppliers, received: tuple[str, str]
) -> None:
    order, supplier = received
    suppliers.post(message("W-7", order, supplier, "w13"))
    suppliers.brought(INVOICES)
    invoices = suppliers.qad.state("holds")["holds"]["invoices"]
    (paid,) = [number for number, one in invoices.items() if one["reference"] == "W-7"]
    suppliers.qad.add_documents({"pay": [{"invoice": paid, "amount": "10.00"}]})
    suppliers.brought("qad_payments_to_cxml")
    suppliers.qad.add_documents({"bounce": [paid]})
    suppliers.brought("qad_payments_to_cxml")

    assert told(suppliers, "W-7") == ["processing", "paid", "reconciled"]
    (partial,) = [one for root in suppliers.heard("StatusUpdateRequest") for one in root.iter("PartialAmount")]
    assert partial.findtext("Money") == "10.00"


def test_answers_to_orders_are_records_for_people_and_nothing_is_written_into_qad(suppliers: Suppliers) -> None:
    before = suppliers.posted()
    for number, document in enumerate((xml.CONFIRMATION, xml.SHIP_NOTICE, xml.STATUS)):
        assert suppliers.post(xml.message(document, payload_id=f"c{number}")) == (200, "Taken.")

    states = dict(suppliers.brought("cxml_confirmations_to_qad"))

    assert states == {
        "duns:123456789|confirmation|C1": "dead",
        "duns:123456789|ship notice|S1": "skipped",
        "duns:123456789|status|c2": "dead",
    }
    assert suppliers.posted() == before


def test_what_is_for_trial_with_attachments_or_hostile_is_answered_and_goes_no_further_than_it_should(
    suppliers: Suppliers, received: tuple[str, str]
) -> None:
    order, supplier = received
    trial = message("W-8", order, supplier, "w14").replace(b"production", b"test")
    whole = multipart(message("W-9", order, supplier, "w15"))

    assert suppliers.post(trial)[0] == 400
    assert suppliers.post(whole, 'multipart/related; boundary="b"; start="<main>"')[0] == 201
    assert suppliers.post(b'<!DOCTYPE a [<!ENTITY b "c">]><cXML>&b;</cXML>')[0] == 406
    assert suppliers.post(message("W-9", order, supplier, "w16").replace(xml.SECRET.encode(), b"guessed"))[0] == 401

    states = suppliers.brought(INVOICES)
    assert (keys(states, "W-8"), keys(states, "W-9")) == ([], ["done"])


def test_an_invoice_waits_for_the_receipt_of_its_order_and_goes_once_it_is_there(suppliers: Suppliers) -> None:
    suppliers.qad.add_documents({"generate": {"orders": 12}})
    held = suppliers.qad.state("holds")["holds"]
    order, supplier = next(
        (number, one["supplier"])
        for number, one in held["orders"].items()
        if number not in held["receipts"] and one["status"] != "X" and not any(float(got) for got in one["received"])
    )
    suppliers.post(message("W-10", order, supplier, "w17"))
    assert keys(suppliers.brought(INVOICES), "W-10") == ["extracted"]
    assert suppliers.queued(RECEIPTS), "it is asked for by itself"

    suppliers.qad.add_documents({"receive": [order]})
    suppliers.read(RECEIPTS)
    for row in suppliers.rows("SELECT id FROM records WHERE source_key = :key", key=order):
        suppliers.finish(row.id)

    assert keys(suppliers.brought(INVOICES), "W-10") == ["done"]
