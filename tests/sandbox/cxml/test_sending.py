from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from sandbox.cxml import grammar
from sandbox.cxml.wire import read
from sandbox.simulator import SandboxMistakeError
from tests.sandbox.cxml.buyer import ORDER
from tests.waiting import until

if TYPE_CHECKING:
    from tests.sandbox.cxml.buyer import Buyer
    from tests.sandbox.cxml.receiver import Endpoint

INVOICE = "Request/InvoiceDetailRequest"
HEAD = f"{INVOICE}/InvoiceDetailRequestHeader"
SUMMARY = f"{INVOICE}/InvoiceDetailSummary"


def settled(buyer: Buyer, *outcomes: str) -> list[dict[str, Any]]:
    """Wait until what was sent has come to these ends, and return how."""

    def seen() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = buyer.state("deliveries")
        return found

    until(lambda: [one["outcome"] for one in seen()] == list(outcomes), f"deliveries are {outcomes}", saw=seen)
    return seen()


def test_an_invoice_bills_its_order_in_the_suppliers_name(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    asked = {
        "order": "PO1",
        "number": "A 1",
        "tax": "10",
        "shipping": "12.50",
        "special_handling": "3",
        "discount": "1",
    }
    assert buyer.do(invoice=[asked]) == {"invoice": ["S1|A1|INVOICE"]}
    settled(buyer, "delivered")
    (arrived,) = endpoint.arrivals
    assert arrived.text("Header/From/Credential/Identity") == "S1"
    assert arrived.text("Header/To/Credential/Identity") == "BUYER"
    assert arrived.text("Header/Sender/Credential/SharedSecret") == "cxml-network"
    assert arrived.attributes(HEAD)["invoiceID"] == "A 1"
    sums = [arrived.text(f"{SUMMARY}/{name}/Money") for name in ("SubtotalAmount", "Tax", "GrossAmount", "NetAmount")]
    assert sums == ["105.00", "10.50", "131.00", "130.00"]
    (wanted,) = buyer.state("expected")["invoices"].values()
    assert (wanted["total"], wanted["type"], wanted["orders"]) == ("130.00", "invoice", ["PO1"])
    assert [(one["order_line"], one["amount"]) for one in wanted["lines"]] == [(1, "25.00"), (2, "80.00")]


def test_every_shape_of_a_batch_has_the_order_of_elements_it_must_have(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    sent = buyer.do(confirm=["PO1", {"order": "PO1", "type": "detail"}], ship=["PO2"], batch={"invoices": 25})
    ends = {"delivered"}
    until(lambda: {one["outcome"] for one in buyer.state("deliveries")} == ends, "all is delivered")
    wrong = [grammar.faults(read(one.body, one.content_type)) for one in endpoint.arrivals]
    assert [one for one in wrong if one] == []
    spoiled = buyer.state("expected")["spoiled_invoices"]
    assert sorted(spoiled.values()) == ["stranger", "test", "wrong secret", *["wrong sum"] * 3]
    shapes = {one["shape"]: one["invoice"] for one in sent["batch"]}
    assert set(buyer.state("expected")["cancelled_invoices"]) == {shapes["cancelled"]}
    held = buyer.state("holds")["invoices"]
    assert len(set(held[shapes["resent"]]["payloads"])) == 2
    assert held[shapes["twice"]]["outcomes"] == ["delivered", "delivered"]
    assert len(held[shapes["twice"]]["payloads"]) == 1


@pytest.mark.parametrize(
    ("asked", "purpose", "sums"),
    [
        ({"kind": "header", "amount": "30"}, "creditMemo", ["-30.00", "-30.00", "-30.00"]),
        ({"kind": "header"}, "creditMemo", ["-105.00", "-115.50", "-115.50"]),
        ({"kind": "line", "part": "0.5"}, "lineLevelCreditMemo", ["-52.50", "-57.75", "-57.75"]),
        ({"kind": "debit", "part": "0.2"}, "debitMemo", ["21.00", "23.10", "23.10"]),
    ],
)
def test_what_gives_money_back_is_negative_and_names_its_invoice(
    supplied: tuple[Buyer, Endpoint], asked: dict[str, Any], purpose: str, sums: list[str]
) -> None:
    buyer, endpoint = supplied
    (key,) = buyer.do(invoice=[{"order": "PO1", "tax": "10"}])["invoice"]
    (made,) = buyer.do(credit=[{"invoice": key, "number": "C1", **asked}])["credit"]
    settled(buyer, "delivered", "delivered")
    first, second = endpoint.arrivals
    assert second.attributes(HEAD)["purpose"] == purpose
    assert second.attributes(f"{HEAD}/DocumentReference") == {"payloadID": first.root.attrib["payloadID"]}
    assert [second.text(f"{SUMMARY}/{name}/Money") for name in ("SubtotalAmount", "NetAmount", "DueAmount")] == sums
    about_header = second.attributes(f"{HEAD}/InvoiceDetailHeaderIndicator").get("isHeaderInvoice")
    assert (about_header == "yes") is (purpose != "lineLevelCreditMemo")
    assert buyer.state("expected")["invoices"][made]["total"] == sums[1]


def test_an_old_client_writes_dates_without_times_under_another_doctype(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    buyer.do(invoice=[{"order": "PO1", "old": True}])
    settled(buyer, "delivered")
    (arrived,) = endpoint.arrivals
    assert b"1.2.013/cXML.dtd" in arrived.body
    info = arrived.attributes(f"{INVOICE}/InvoiceDetailOrder/InvoiceDetailOrderInfo/OrderReference")
    assert info["orderDate"] == "2026-09-01"


def test_an_attachment_comes_in_a_part_of_its_own(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    buyer.do(invoice=[{"order": "PO1", "attachment": True}])
    settled(buyer, "delivered")
    (arrived,) = endpoint.arrivals
    assert arrived.content_type.startswith("multipart/related")
    assert b"%PDF" in arrived.body
    root = read(arrived.body, arrived.content_type)
    assert etree.XPath("string(//Attachment/URL)")(root) == "cid:invoice.pdf@network.sandbox"


def test_an_invoice_is_taken_back_with_all_that_was_in_it(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    (key,) = buyer.do(invoice=["PO1"])["invoice"]
    buyer.do(cancel_invoice=[{"invoice": key, "secret": "wrong"}])
    assert buyer.state("expected")["cancelled_invoices"] == {}
    settled(buyer, "delivered", "delivered")
    endpoint.arrivals.pop()
    buyer.do(cancel_invoice=[key])
    assert list(buyer.state("expected")["cancelled_invoices"]) == [key]
    settled(buyer, "delivered", "delivered", "delivered")
    first, second = endpoint.arrivals
    assert second.attributes(HEAD)["operation"] == "delete"
    assert second.attributes(f"{HEAD}/DocumentReference") == {"payloadID": first.root.attrib["payloadID"]}
    assert first.attributes(HEAD)["operation"] == "new"
    assert len(second.root.findall(f"{INVOICE}/InvoiceDetailOrder/InvoiceDetailItem")) == 2


@pytest.mark.parametrize(
    ("says", "outcome", "attempts"),
    [
        ([(503, 503), (200, 500), (200, 0)], "delivered", 4),
        ([(200, 406)], "refused", 1),
        ([(403, 0)], "refused", 1),
        ([(500, 200)] * 5, "given up", 5),
    ],
    ids=["again after failures", "code 406 inside", "HTTP 403", "not a sixth time"],
)
def test_a_document_is_sent_again_after_5xx_and_never_after_4xx(
    supplied: tuple[Buyer, Endpoint], says: list[tuple[int, int]], outcome: str, attempts: int
) -> None:
    buyer, endpoint = supplied
    endpoint.says = says
    buyer.do(confirm=["PO1"])
    (delivery,) = settled(buyer, outcome)
    assert len(delivery["answers"]) == len(endpoint.arrivals) == attempts
    assert len({one.root.attrib["payloadID"] for one in endpoint.arrivals}) == 1


def test_the_same_document_again_is_the_same_to_the_byte(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    (key,) = buyer.do(invoice=["PO1"])["invoice"]
    buyer.do(repeat=[key])
    settled(buyer, "delivered", "delivered")
    assert endpoint.arrivals[0].body == endpoint.arrivals[1].body


def test_without_a_receiver_documents_wait(buyer: Buyer) -> None:
    buyer.do(orders=2)
    buyer.do(confirm=["NET100001"])
    settled(buyer, "waiting")


def test_any_text_can_be_sent(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    buyer.do(send=["<!DOCTYPE x", {"body": "{}", "content_type": "application/json"}])
    settled(buyer, "delivered", "delivered")
    assert [one.body for one in endpoint.arrivals] == [b"<!DOCTYPE x", b"{}"]


@pytest.mark.parametrize(
    ("deeds", "says"),
    [
        ({"pay": []}, "cannot 'pay'"),
        ({"invoice": "PO1"}, "a list"),
        ({"invoice": ["PO9"]}, "no order PO9"),
        ({"invoice": [{"order": "PO1", "lines": {"9": "1"}}]}, "has 1, 2"),
        ({"invoice": [{"order": "PO1", "tax": "much"}]}, "tax takes a number"),
        ({"invoice": [{"order": "PO1", "taxes": "10"}]}, "knows no 'taxes'"),
        ({"invoice": [{"order": "PO1", "sum": "all"}]}, "one of net"),
        ({"credit": ["A1"]}, "No invoice is called A1"),
        ({"confirm": [{"order": "PO1", "type": "perhaps"}]}, "one of accept"),
        ({"batch": {"invoices": 1, "only": ["round"]}}, "shapes plain"),
        ({"answer": [{"as": "pdf"}]}, "one of cxml"),
        ({"orders": -1}, "a number up to"),
    ],
)
def test_what_makes_no_sense_is_answered_in_a_sentence(strict: Buyer, deeds: dict[str, Any], says: str) -> None:
    if "PO1" not in strict.state("holds")["orders"]:
        strict.do(orders=[ORDER])
    with pytest.raises(SandboxMistakeError, match=says):
        strict.do(**deeds)


def test_no_sum_is_finer_than_its_currency(buyer: Buyer) -> None:
    line = {"quantity": "3", "price": "10.5"}
    buyer.do(orders=[{"order": "PO1", "supplier": "S1", "currency": "JPY", "lines": [line]}])
    asked = {"order": "PO1", "tax": "19", "shipping": "12.50", "discount": "0.75"}
    (key,) = buyer.do(invoice=[asked])["invoice"]
    wanted = buyer.state("expected")["invoices"][key]
    assert (wanted["lines"][0]["amount"], wanted["tax"], wanted["total"]) == ("32", "6", "49")


def test_a_batch_bills_the_orders_it_is_told(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, _ = supplied
    buyer.do(batch={"invoices": 3, "only": ["plain"], "orders": ["PO2"]})
    assert {tuple(one["orders"]) for one in buyer.state("expected")["invoices"].values()} == {("PO2",)}


def test_an_invoice_that_is_sent_again_rightly_must_be_posted(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, _ = supplied
    (key,) = buyer.do(invoice=[{"order": "PO1", "sum": "net"}])["invoice"]
    assert buyer.state("expected")["spoiled_invoices"] == {key: "wrong sum"}
    buyer.do(resend=[key])
    assert list(buyer.state("expected")["invoices"]) == [key]
    buyer.do(resend=[{"invoice": key, "secret": "wrong"}])
    assert list(buyer.state("expected")["invoices"]) == [key], "it has arrived"


def test_suppliers_may_send_for_themselves_with_secrets_of_their_own(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    buyer.server.set_options(sends_as="supplier", supplier_secrets={"S1": "only-ours"})
    buyer.do(confirm=["PO1", {"order": "PO2", "two_credentials": True}])
    settled(buyer, "delivered", "delivered")
    for arrived in endpoint.arrivals:
        assert arrived.text("Header/Sender/Credential/Identity") == "S1"
        assert arrived.text("Header/Sender/Credential/SharedSecret") == "only-ours"
    assert [one.text for one in endpoint.arrivals[1].root.iterfind("Header/From//Identity")] == ["S1", "S1-DUNS"]


def test_a_long_document_is_as_long_as_it_was_asked_to_be(supplied: tuple[Buyer, Endpoint]) -> None:
    buyer, endpoint = supplied
    buyer.do(invoice=[{"order": "PO1", "kilobytes": 2000}])
    settled(buyer, "delivered")
    assert len(endpoint.arrivals[0].body) > 2_000_000
