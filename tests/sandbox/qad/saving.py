"""Postings as a client saves them in the simulated QAD."""

from __future__ import annotations

from typing import Any

INVOICES, ENTRIES = "api/erp/supplierInvoices", "api/erp/journalEntries"
INVOICE_VIEW = "urn:be:com.qad.financials.purchaseledger.supplierinvoice.ISupplierInvoice"
ENTRY_VIEW = "urn:be:com.qad.financials.generalledger.journalentry.IJournalEntry"
INVOICE = {
    "companyCode": "10USACO",
    "supplierCode": "S10001",
    "reference": "A 1",
    "invoiceType": "INVOICE",
    "invoiceDate": "2026-11-01",
    "postingDate": "2026-11-02T00:00:00.000Z",
    "currencyCode": "USD",
    "invoiceAmountTC": "110.00",
    "vatAmountTC": 10,
    "daybookCode": "APINV",
    "supplierInvoiceLines": [{"glCode": "6100", "costCentreCode": "100", "amountTC": 100}],
}
ENTRY = {
    "companyCode": "10USACO",
    "postingDate": "2026-11-02",
    "daybookCode": "EXT",
    "postingText": "Trip 7",
    "currencyCode": "USD",
    "journalEntryLines": [{"glCode": "6900", "debitTC": 5.1}, {"glCode": "2900", "creditTC": "5.10"}],
}


def save_invoice(qad: Any, **changed: object) -> Any:
    return qad.post(INVOICES, {"supplierInvoices": [{**INVOICE, **changed}]}, viewUri=INVOICE_VIEW)["submitResult"]


def save_entry(qad: Any, **changed: object) -> Any:
    return qad.post(ENTRIES, {"journalEntries": [{**ENTRY, **changed}]}, viewUri=ENTRY_VIEW)["submitResult"]


def said(result: Any) -> str:
    assert result["success"] is False
    assert result["errorSeverity"] > 0
    return " ".join(problem["message"] for problem in result["errors"])


def entry_line(**changed: object) -> dict[str, object]:
    return {"glCode": "6900", "debitTC": 5, **changed}


def credit_line(**changed: object) -> dict[str, object]:
    return {"glCode": "2900", "creditTC": 5, **changed}
