from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.qad.saving import (
    ENTRIES,
    ENTRY,
    ENTRY_VIEW,
    INVOICE_VIEW,
    INVOICES,
    credit_line,
    entry_line,
    said,
    save_entry,
    save_invoice,
)


def test_an_invoice_is_posted_as_initial_and_can_be_asked_for(qad: Any) -> None:
    before = qad.state("documents")["invoices"]
    assert save_invoice(qad) == {"success": True, "errorSeverity": 0, "errors": [], "warnings": []}
    asked = {"viewUri": INVOICE_VIEW, "companyCode": "10USACO", "supplierCode": "S10001", "reference": "A 1"}
    found = qad.get("api/erp/supplierInvoices", **asked)["data"]["supplierInvoices"]
    assert [(one["invoiceAmountTC"], one["invoiceStatusCode"]) for one in found] == [(Decimal("110.00"), "AP-INITIAL")]
    assert qad.state("documents")["invoices"] == before + 1
    assert qad.get("api/erp/supplierInvoices", **{**asked, "companyCode": "X"})["data"]["supplierInvoices"] == []


def test_an_invoice_twice_is_a_warning_and_two_invoices(qad: Any) -> None:
    save_invoice(qad)
    again = save_invoice(qad, reference="a 1")
    assert again["success"] is True
    assert "already exists on another invoice" in again["warnings"][0]["message"]
    assert qad.state("counts")["supplier_invoices"] == {"10USACO|S10001|A1|INVOICE": 2}


def test_the_same_reference_on_a_credit_note_is_no_duplicate(qad: Any) -> None:
    save_invoice(qad)
    assert save_invoice(qad, invoiceType="CREDITNOTE")["warnings"] == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reference": ""}, "(reference)"),
        ({"reference": "R" * 41}, "longer than 40"),
        ({"supplierCode": "NOBODY"}, "not active or does not exist"),
        ({"invoiceType": "BILL"}, "BILL is not an invoice type"),
        ({"companyCode": "ELSEWHERE"}, "entity does not exist"),
        ({"vatAmountTC": 9}, "The lines and the tax are 109, not 110.00"),
        ({"supplierInvoiceLines": [{"glCode": "8000", "amountTC": 100}]}, "GL account 8000 is not active"),
        ({"supplierInvoiceLines": [{"glCode": "6100", "amountTC": 100}]}, "requires a cost centre"),
    ],
)
def test_an_invoice_that_is_wrong_is_refused(qad: Any, changed: dict[str, object], words: str) -> None:
    before = qad.state("documents")["invoices"]
    assert words in said(save_invoice(qad, **changed))
    assert qad.state("documents")["invoices"] == before
    assert qad.state("counts") == {}


def test_nothing_is_posted_in_a_closed_period(qad: Any) -> None:
    qad.sandbox.set_options(closed_periods=["2026/11"])
    assert "Period 2026/11 is closed" in said(save_invoice(qad))
    assert "Period 2026/11 is closed" in said(save_entry(qad))


def test_a_date_that_is_none_is_a_bare_refusal(qad: Any) -> None:
    answer = qad.send("POST", ENTRIES, {"journalEntries": [{**ENTRY, "postingDate": "soon"}]}, viewUri=ENTRY_VIEW)
    assert answer.json() == {"errors": ["Cannot read a date from postingDate."]}


@pytest.mark.parametrize("path", [INVOICES, ENTRIES])
def test_a_posting_without_its_view_is_a_bare_refusal(reader: Any, path: str) -> None:
    for method in ("GET", "POST"):
        assert reader.send(method, path, {}).json() == {"errors": ["Invalid URI"]}


def test_what_was_posted_shows_in_the_state_with_its_lines_and_how_often(qad: Any) -> None:
    lines = [
        entry_line(glCode="6200", debitTC="5.10", costCentreCode="120", postingLineText="Taxi"),
        credit_line(creditTC="3.10", customShort0="employee", customShort1="E7"),
        credit_line(glCode="", creditTC=2, supplierCode="S10001"),
    ]
    ours = {"customShort0": "R1", "customLong0": "10USACO|R1|2", "customLong1": "corr-1", "journalEntryLines": lines}
    save_entry(qad, **ours)
    save_entry(qad, **ours, postingDate="2026-11-03")
    held = qad.state("holds")["journal_entries"]["10USACO|R1|2"]
    assert (held["number"], held["posting_date"], held["copies"]) == ("2026/EXT/2", "2026-11-03", 2)
    assert (held["reference"], held["correlation"], held["total"]) == ("R1", "corr-1", "5.10")
    assert [(line["account"], line["debit"], line["credit"]) for line in held["lines"]] == [
        ("6200", "5.10", "0"),
        ("2900", "0", "3.10"),
        ("", "0", "2"),
    ]
    assert (held["lines"][0]["cost_centre"], held["lines"][0]["text"]) == ("120", "Taxi")
    assert (held["lines"][1]["party_type"], held["lines"][1]["party"]) == ("employee", "E7")
    assert held["lines"][2]["supplier"] == "S10001"
    assert qad.state("counts")["journal_entries"] == {"10USACO|R1|2": 2}
    assert qad.state("documents")["journal_entries"] == 2


def test_a_whole_invoice_shows_in_the_state_with_lines_taxes_and_orders(qad: Any) -> None:
    saved = save_invoice(
        qad,
        isTaxable=True,
        commentNote="From Concur",
        customLong1="corr-9",
        purchaseOrderNumber="PO100001",
        supplierInvoiceLines=[
            {"lineNumber": 1, "glCode": "6100", "costCentreCode": "100", "amountTC": 60, "taxCode": "ST"},
            {"lineNumber": 2, "purchaseOrderNumber": "PO100001", "amountTC": 40},
        ],
        supplierInvoiceTaxes=[{"taxCode": "ST", "glCode": "2200", "taxBaseTC": 100, "taxAmountTC": "10.00"}],
        supplierInvoicePurchaseOrders=[{"purchaseOrderNumber": "PO100001"}, {"purchaseOrderNumber": "PO1"}],
        supplierInvoiceMatchingLines=[
            {
                "lineNumber": 2,
                "purchaseOrderNumber": "PO100001",
                "purchaseOrderLine": 3,
                "receiverNumber": "RC7",
                "matchQty": 4,
                "matchUnitPrice": 10,
            }
        ],
    )
    assert saved["success"] is True
    held = qad.state("holds")["supplier_invoices"]["10USACO|S10001|A1|INVOICE"]
    assert (held["total"], held["tax"], held["taxable"], held["copies"]) == ("110.00", "10", True, 1)
    assert (held["comment"], held["correlation"]) == ("From Concur", "corr-9")
    assert held["orders"] == ["PO100001", "PO1"]
    assert held["taxes"] == [{"code": "ST", "account": "2200", "base": "100", "amount": "10.00"}]
    assert [(line["account"], line["order"], line["order_line"], line["receiver"]) for line in held["lines"]] == [
        ("6100", "", 0, ""),
        ("", "PO100001", 3, "RC7"),
    ]
    row = qad.browse("urn:browse:mfg:xxap04", filter="CInvoice.CInvoiceReference,eq,a 1,")[0]
    assert row["CInvoice.CustomLong1"] == "corr-9"
    assert (row["CInvoice.CInvoiceOriginalCreditTC"], row["CInvoice.CInvoiceOriginalDebitTC"]) == (110, 0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"daybookCode": ""}, "Field is mandatory. (daybookCode)"),
        (
            {"supplierInvoiceLines": [{"glCode": "6900", "amountTC": 100, "taxCode": "XX"}]},
            "Tax code XX does not exist",
        ),
        ({"supplierInvoiceTaxes": [{"taxCode": "XX", "taxAmountTC": 10}]}, "Tax code XX does not exist"),
        ({"supplierInvoiceTaxes": [{"taxCode": "ST", "taxAmountTC": 9}]}, "The tax detail is 9, not 10."),
        ({"supplierInvoiceTaxes": [{"taxCode": "ST", "glCode": "1", "taxAmountTC": 10}]}, "GL account 1 is not"),
        ({"invoiceAmountTC": "110.001"}, "110.001 has more decimals than USD allows."),
    ],
)
def test_an_invoice_whose_books_are_wrong_is_refused(qad: Any, changed: dict[str, object], words: str) -> None:
    assert words in said(save_invoice(qad, **changed))
    assert qad.state("holds")["supplier_invoices"] == {}


def test_an_order_of_somebody_else_is_a_warning(qad: Any) -> None:
    matching = [{"purchaseOrderNumber": "PO100002", "purchaseOrderLine": 1}]
    saved = save_invoice(qad, supplierInvoiceMatchingLines=matching)
    assert saved["success"] is True
    assert "PO100002 is not one of this supplier" in saved["warnings"][0]["message"]


def test_what_was_seeded_is_no_posting_of_a_client(reader: Any) -> None:
    assert reader.state("holds")["supplier_invoices"] == {}
    assert reader.state("documents")["supplier_invoices"] == 0


def test_another_workspace_has_books_of_its_own_and_the_same_master_data(qad: Any) -> None:
    save_entry(qad)
    qad.headers["x-qad-workspace-id"] = "11CAN_11CANCO"
    assert qad.browse("urn:browse:mfg:xxgl03") == []
    assert qad.browse("urn:browse:mfg:xxap01") == []
    assert qad.browse("urn:browse:mfg:xxgl02")
    assert "entity does not exist" in said(save_entry(qad))
    assert save_entry(qad, companyCode="11CANCO", customLong0="11CANCO|R|1")["success"] is True
    assert save_invoice(qad, companyCode="11CANCO")["success"] is True
    assert [row["Posting.tcCompanyCode"] for row in qad.browse("urn:browse:mfg:xxgl03")] == ["11CANCO"]
    held = qad.state("holds")
    assert set(held["journal_entries"]) == {"Trip 7", "11CANCO|R|1"}
    assert set(held["supplier_invoices"]) == {"11CANCO|S10001|A1|INVOICE"}


def test_an_instance_can_post_and_complain_all_the_same(qad: Any) -> None:
    qad.sandbox.set_options(post_and_complain=["tx2d_totamt is mandatory"])
    assert said(save_entry(qad)) == "tx2d_totamt is mandatory"
    assert qad.state("documents")["journal_entries"] == 1


def test_an_instance_can_post_without_saying_under_which_number(qad: Any) -> None:
    qad.sandbox.set_options(mute=True)
    answer = qad.post(ENTRIES, {"journalEntries": [ENTRY]}, viewUri=ENTRY_VIEW)
    assert answer["submitResult"]["success"] is True
    assert answer["data"] == {"journalEntries": []}
