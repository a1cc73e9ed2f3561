"""Rows of a QAD that has as many suppliers and matched invoices as somebody wants, made when they are asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INVOICE = {
    "CInvoice.CInvoice_ID": "@NUMBER",
    "CInvoice.tcCompanyCode": "10USACO",
    "CInvoice.CInvoicePostingYear": 2026,
    "CInvoice.tcJournalCode": "APINV",
    "CInvoice.CInvoiceVoucher": "@NUMBER",
    "CInvoice.tcCreditorCode": "@SUPPLIER",
    "CInvoice.CInvoiceReference": "@KEY",
    "CInvoice.CInvoiceType": "INVOICE",
    "CInvoice.CInvoiceDescription": "Goods on order PO100001",
    "CInvoice.CInvoiceDate": "2026-08-03",
    "CInvoice.CInvoicePostingDate": "2026-08-05",
    "CInvoice.CInvoiceDueDate": "2026-09-02",
    "CInvoice.tcCurrencyCode": "USD",
    "CInvoice.CInvoiceOriginalCreditTC": 884.17,
    "CInvoice.CInvoiceOriginalDebitTC": 0,
    "CInvoice.CInvoiceVatTC": 59.77,
    "CInvoice.tcReasonCode": "AP-RMALLOC",
    "CInvoice.CInvoiceIsInitialStatus": False,
    "CInvoice.CInvoiceIsInvoiceApproved": True,
    "CInvoice.CInvoiceIsLockPayment": False,
    "CInvoice.CInvoiceIsLogisticMatching": True,
    "CInvoice.CInvoiceAllocationStatus": "ALLOCATION",
    "CInvoice.CInvoiceHoldAmountTC": 0,
    "CInvoice.CInvoicePoNbr": "PO100001",
    "CInvoice.tcNormalPaymentConditionCode": "N30",
    "CInvoice.LastModifiedDate": "2026-11-12",
    "CInvoice.LastModifiedTime": 36779,
    "APMatching.APMatchingStatus": "FINISHED",
    "APMatchingLn.LineNumber": 1,
    "APMatchingLn.PurchaseOrderNumber": "PO100001",
    "APMatchingLn.PurchaseOrderLineNumber": 1,
    "APMatchingLn.ReceiverNumber": "RC100001",
    "APMatchingLn.ItemCode": "EPO-3390",
    "APMatchingLn.Description": "Epoxy primer, grey",
    "APMatchingLn.MatchQty": 1500,
    "APMatchingLn.MatchUnitPrice": 0.5496,
    "APMatchingLn.UnitOfMeasure": "LT",
    "APMatchingLn.AmountTC": 824.4,
    "APMatchingLn.GLCode": "1200",
    "APMatchingLn.DivisionCode": "",
    "APMatchingLn.CostCentreCode": "",
    "APMatchingLn.ProjectCode": "",
}
_SUPPLIER = {
    "vd_mstr.vd_addr": "@SUPPLIER",
    "vd_mstr.vd_sort": "WILLOW LABELS",
    "vd_mstr.vd_type": "MRO",
    "vd_mstr.vd_curr": "USD",
    "vd_mstr.vd_cr_terms": "N30",
    "vd_mstr.vd_mod_date": "2026-11-14",
    "ad_mstr.ad_name": "Willow Labels Inc.",
    "ad_mstr.ad_line1": "49 Canal Street",
    "ad_mstr.ad_line2": "",
    "ad_mstr.ad_city": "Dry Alder",
    "ad_mstr.ad_state": "NV",
    "ad_mstr.ad_zip": "20402",
    "ad_mstr.ad_ctry": "US",
    "ad_mstr.ad_phone": "+1 555 5175869",
}
_DETAIL = {
    "supplierCode": "@SUPPLIER",
    "addressName": "Willow Labels Inc.",
    "addressSearchName": "WILLOW LABELS",
    "supplierTypeCode": "MRO",
    "currencyCode": "USD",
    "creditTermsCode": "N30",
    "street1": "49 Canal Street",
    "city": "Dry Alder",
    "stateCode": "NV",
    "zipCode": "20402",
    "countryCode": "US",
    "EMail": "accounts@willowlabels.example",
    "taxIDFiscalCode": "US350917535",
    "isActive": True,
    "lastModifiedDate": "2026-11-14T00:00:00.000Z",
    "lastModifiedTime": 42638,
}
_LISTED = {
    "header": {
        "invoiceId": "@NUMBER",
        "invoiceType": "Invoice",
        "supplierInvoiceNumber": "@KEY",
        "businessUnit": "0001",
        "supplier": {"supplierNumber": "@SUPPLIER"},
        "total": {"currency": "USD", "value": 884.17},
    }
}
_INVOICE_ROW, _SUPPLIER_ROW, _DETAIL_ROW, _LISTED_ROW = (
    json.dumps(row).encode() for row in (_INVOICE, _SUPPLIER, {"data": {"supplierV2s": [_DETAIL]}}, _LISTED)
)


def _written(row: bytes, *, supplier: str, number: int = 0, key: str = "") -> bytes:
    with_number = row.replace(b'"@NUMBER"', b"%d" % number)
    return with_number.replace(b"@SUPPLIER", supplier.encode()).replace(b"@KEY", key.encode())


def supplier_code(number: int) -> str:
    """Return what the supplier of this number is called."""
    return f"S{10000 + number}"


def _invoice(number: int, suppliers: int) -> bytes:
    supplier = supplier_code(number % suppliers)
    return _written(_INVOICE_ROW, supplier=supplier, number=2_000_000 + number, key=f"R{number:07}")


def _supplier(number: int, _suppliers: int) -> bytes:
    return _written(_SUPPLIER_ROW, supplier=supplier_code(number))


def supplier_detail(code: str) -> bytes:
    """Return what the coded component says of a supplier."""
    return _written(_DETAIL_ROW, supplier=code)


def listed_invoice(number: int, key: str, supplier: str) -> bytes:
    """Return an invoice as JAGGAER lists it."""
    return _written(_LISTED_ROW, supplier=supplier, number=number, key=key)


#: by browse: how a row is made of its number and of how many suppliers there are, and what says how many rows there are
BROWSES: dict[str, tuple[Callable[[int, int], bytes], str]] = {
    "urn:browse:mfg:xxap01": (_invoice, "invoices"),
    "urn:browse:mfg:ad014": (_supplier, "suppliers"),
}
