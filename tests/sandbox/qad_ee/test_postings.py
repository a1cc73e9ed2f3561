from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qad_ee.conftest import INVOICE, Qxi

COSTS = {
    "tPosting": {"tPostingLine": [{"tcGLCode": "6100", "tcCostCentreCode": "100", "PostingLineDebitTC": "100.00"}]}
}
TAX = {"tCInvoiceVat": {"tcVatCode": "ST", "CInvoiceVatVatBaseDebitTC": "100.00", "CInvoiceVatVatDebitTC": "10.00"}}


def held(qxi: Qxi, kind: str = "supplier_invoices") -> Any:
    return qxi.state("holds")[kind]


def test_an_initial_invoice_is_posted_and_found_again(qxi: Qxi) -> None:
    answer = qxi.invoice()
    assert answer.result == "success"
    (row,) = answer.rows("tCInvoice")
    (found,) = qxi.posted(correlation="CORR-1")
    assert row["CInvoiceVoucher"] == found["CInvoiceVoucher"]
    assert qxi.posted(supplier="S10001", reference="a 1", type="INVOICE") == [found]
    assert held(qxi)["10USACO|S10001|A1|INVOICE"]["status_code"] == "AP-INITIAL"


def test_a_full_invoice_brings_its_tax_and_its_posting(qxi: Qxi) -> None:
    assert qxi.invoice(lines={**TAX, **COSTS}).result == "success"
    one = held(qxi)["10USACO|S10001|A1|INVOICE"]
    assert (one["tax"], [line["account"] for line in one["lines"]]) == ("10.00", ["6100"])
    short = qxi.invoice(CInvoiceReference="A 2", CInvoiceOriginalCreditTC="120.00", lines={**TAX, **COSTS})
    assert "The lines and the tax are 110.00, not 120.00." in short.said()
    unknown = {**COSTS, "tCInvoiceVat": {**TAX["tCInvoiceVat"], "tcVatCode": "??"}}
    (complaint,) = qxi.invoice(CInvoiceReference="A 3", lines=unknown).complaints
    assert (complaint["tt_msg_field"], complaint["tt_msg_data"]) == ("tax code", "??")


def test_a_credit_note_has_its_amounts_on_the_other_side(qxi: Qxi) -> None:
    refused = qxi.invoice(CInvoiceType="CreditNote")
    assert (refused.result, refused.complaints[0]["tt_msg_field"]) == ("error", "CInvoiceOriginalDebitTC")
    assert qxi.invoice(CInvoiceType="CreditNote", CInvoiceOriginalDebitTC="110.00").result == "success"


def test_a_reference_that_is_there_is_a_warning_and_posted_again(qxi: Qxi) -> None:
    qxi.invoice()
    again = qxi.invoice()
    assert (again.result, again.complaints[0]["tt_msg_sev"]) == ("warning", "warning")
    assert held(qxi)["10USACO|S10001|A1|INVOICE"]["copies"] == 2


def test_what_is_unknown_or_too_long_is_dropped_with_a_warning(qxi: Qxi) -> None:
    answer = qxi.invoice(CInvoiceDescription="x" * 41, cinvoicecommentnote="lost", CInvoiceVatTC="10.00", lines=TAX)
    assert answer.result == "warning"
    assert "was truncated to 40 characters" in answer.said()
    assert "Element cinvoicecommentnote is not used" in answer.said()
    assert "tCInvoiceVat is not used: the posting was not sent" in answer.said()
    one = held(qxi)["10USACO|S10001|A1|INVOICE"]
    assert (one["description"], one["comment"], one["tax"]) == ("x" * 40, "", "0")


def test_where_messages_are_validated_nothing_is_dropped_and_nothing_posted(qxi: Qxi) -> None:
    qxi.sandbox.set_options(validates=True)
    assert qxi.invoice(CInvoiceDescription="x" * 41).fault.startswith(
        "Client WARNING: The value of CInvoiceDescription"
    )
    assert held(qxi) == {}
    assert qxi.invoice().result == "success"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tcCreditorCode": "S999"}, "Supplier S999 is not active or does not exist"),
        ({"tcJournalCode": "NONE"}, "Daybook NONE is not active or does not exist"),
        ({"CInvoicePostingDate": "2026-01-05"}, "Period 2026/01 is closed"),
        ({"tcCreditorCode": "S10003"}, "Supplier S10003 is locked by another user"),
        ({"CInvoiceDate": "yesterday"}, "Cannot read a date"),
        ({"CInvoiceOriginalCreditTC": "1.001"}, "more decimals"),
    ],
)
def test_what_business_refuses_is_an_error_and_not_in_the_books(
    reader: Qxi, changed: dict[str, str], said: str
) -> None:
    reader.sandbox.set_options(closed_periods=["2026/01"], locked=["S10003"])
    answer = reader.invoice(**changed)
    assert (answer.result, answer.rows("tCInvoice")) == ("error", [])
    assert said in answer.said()
    assert held(reader) == {}


def test_another_entity_has_books_of_its_own(qxi: Qxi) -> None:
    def post(company: str, **context: str) -> Any:
        sent = {"tContextInfo": {"tcCompanyCode": company}, "tCInvoice": INVOICE}
        return qxi.send("bcinvoice", {"BCInvoice": sent}, **context)

    assert "The entity does not exist." in post("11CANCO").said()
    assert post("11CANCO", domain="11CAN").result == "success"
    assert list(held(qxi)) == ["11CANCO|S10001|A1|INVOICE"]
    assert qxi.posted(reference="A 1") == [], "these are the books of 10USACO"


def test_a_journal_entry_balances_or_is_refused(qxi: Qxi) -> None:
    answer = qxi.entry()
    assert (answer.result, answer.rows("tPosting")[0]["PostingVoucher"]) == ("success", "1")
    assert held(qxi, "journal_entries")["key-1"]["total"] == "5.10"
    lines = [{"tcGLCode": "6900", "PostingLineDebitTC": "5.10"}]
    assert "do not balance" in qxi.entry(tPostingLine=lines).said()
    qxi.sandbox.set_options(base_amounts=True)
    assert "no amount in base currency" in qxi.entry().said()


def test_matching_needs_the_receiver_and_makes_the_invoice_payable(qxi: Qxi) -> None:
    order, lines = next((number, lines) for number, lines in qxi.state("holds")["receipts"].items() if lines)
    supplier = qxi.state("holds")["orders"][order]["supplier"]
    line = {
        "tcPurchaseOrderNumber": order,
        "tiPurchaseOrderLineNumber": lines[0]["line"],
        "tcReceiverNumber": lines[0]["receiver"],
        "tdMatchQty": "1",
        "tdMatchUnitPrice": "110",
    }
    header = {
        "CInvoicePostingDate": "2026-11-02",
        "CInvoiceType": "Invoice",
        "CInvoiceDate": "2026-11-01",
        "CInvoiceReference": "M 1",
        "CInvoiceOriginalCreditTC": "110",
        "tcCreditorCode": supplier,
        "tcJournalCode": "APINV",
        "tcCurrencyCode": "USD",
        "tlAPMatchingIsStatusFinal": "true",
    }

    def match(**changed: str) -> Any:
        rows = {**header, "tAPMatchingCIAPM": {**line, **changed}}
        return qxi.send("bcinvoiceapmatching", {"BCInvoiceAPMatching": {"tCInvoiceCIAPM": rows}})

    assert "There is no receiver RX" in match(tcReceiverNumber="RX").said()
    assert match().result == "success"
    one = held(qxi)[f"10USACO|{supplier}|M1|INVOICE"]
    assert (one["status_code"], one["lines"][0]["receiver"]) == ("AP-RMALLOC", lines[0]["receiver"])


def test_an_order_is_entered_and_received_by_its_qdocs(qxi: Qxi) -> None:
    line = {"operation": "A", "line": "1", "podPart": "ITEM", "podQtyOrd": "5", "podPurCost": "2.5"}
    order = {"operation": "A", "poNbr": "PO9", "poVend": "S10001", "lineDetail": line}
    assert qxi.send("maintainPurchaseOrder", {"dsPurchaseOrder": {"purchaseOrder": order}}, "eB2_3").result == "success"
    again = qxi.send("maintainPurchaseOrder", {"dsPurchaseOrder": {"purchaseOrder": order}}, "eB2_3")
    assert "already exists" in again.said()
    arrival = {"ordernum": "PO9", "lineDetail": {"line": "1", "lotserialQty": "2"}}
    sent = {"dsPurchaseOrderReceive": {"purchaseOrderReceive": arrival}}
    assert qxi.send("receivePurchaseOrder", sent, "ERP3_3").result == "success"
    assert qxi.state("holds")["orders"]["PO9"]["received"] == ["2"]
