from __future__ import annotations

import pytest

from tests.sandbox.cxml.buyer import Buyer, status


@pytest.fixture
def billed(buyer: Buyer) -> tuple[Buyer, str]:
    """A buyer to whom an order of 100.00 was billed as A1, and the invoice's payloadID."""
    return buyer, billed_once(buyer)


def billed_once(buyer: Buyer) -> str:
    """Bill an order of 100.00 as A1 unless that was done, and return the payloadID."""
    if not buyer.state("holds")["invoices"]:
        line = {"quantity": "10", "price": "10"}
        buyer.do(
            orders=[{"order": "PO1", "supplier": "S1", "lines": [line]}], invoice=[{"order": "PO1", "number": "A1"}]
        )
    payload: str = buyer.state("holds")["invoices"]["S1|A1|INVOICE"]["payloads"][0]
    return payload


def told(buyer: Buyer) -> list[tuple[str, str | None]]:
    return [(one["type"], one["amount"]) for one in buyer.state("holds")["invoices"]["S1|A1|INVOICE"]["told"]]


def test_a_supplier_is_told_what_becomes_of_its_invoice(billed: tuple[Buyer, str]) -> None:
    buyer, payload = billed
    assert buyer.send(status("reconciled", of=payload, payload="1@b")).code == 200
    assert buyer.send(status("paid", of=payload, payload="2@b", part="40.00")).code == 200
    assert buyer.send(status("paid", of="A1", payload="3@b", by_number=True)).code == 200
    assert buyer.send(status("paid", of="A1", payload="3@b", by_number=True)).code == 200
    assert told(buyer) == [("reconciled", None), ("paid", "40.00"), ("paid", None)]
    assert buyer.state("holds")["invoices"]["S1|A1|INVOICE"]["status"] == "paid"


def test_an_invoice_that_was_sent_again_is_told_of_by_either_payload(billed: tuple[Buyer, str]) -> None:
    buyer, _ = billed
    buyer.do(resend=["A1"])
    latest = buyer.state("holds")["invoices"]["S1|A1|INVOICE"]["payloads"][-1]
    assert buyer.send(status("paying", of=latest)).code == 200
    assert told(buyer) == [("paying", None)]


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (("type='paid'", "type='settled'"), 406, "settled"),
        (("type='paid'", "type='paying'"), 400, "belongs to paid"),
        (("40.00", "140.00"), 400, "140.00 is more"),
        (("USD", "EUR"), 400, "in USD, not in EUR"),
        (("<Identity>S1<", "<Identity>S2<"), 417, "No invoice of this supplier"),
        (("DocumentReference payloadID='", "DocumentReference payloadID='not-"), 417, "No invoice"),
        (("<Status code='200'", "<Status code='fine'"), 400, "Status code"),
    ],
)
def test_a_status_that_cannot_be_is_refused(strict: Buyer, change: tuple[str, str], code: int, says: str) -> None:
    buyer, payload = strict, billed_once(strict)
    document = status("paid", of=payload, part="40.00")
    was, becomes = (one.replace("'", '"') for one in change)
    assert was in document
    answered = buyer.send(document.replace(was, becomes))
    assert answered.code == code
    assert says in answered.sentence
    assert told(buyer) == []


@pytest.mark.parametrize(("way", "code", "last"), [("taken", 200, "processing"), ("refused", 409, "paid")])
def test_a_status_that_goes_back_is_taken_or_refused_as_the_network_is_set(
    billed: tuple[Buyer, str], way: str, code: int, last: str
) -> None:
    buyer, payload = billed
    buyer.server.set_options(status_backwards=way)
    assert buyer.send(status("paid", of=payload, payload="1@b")).code == 200
    assert buyer.send(status("processing", of=payload, payload="2@b")).code == code
    assert told(buyer)[-1][0] == last


def test_a_status_names_the_invoice_in_one_of_two_ways(billed: tuple[Buyer, str]) -> None:
    buyer, payload = billed
    document = status("paid", of=payload).replace(f'<DocumentReference payloadID="{payload}"/>', "")
    assert buyer.send(document).code == 406
