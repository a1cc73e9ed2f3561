"""Reading invoices (module Indirect): a list of headers, and one invoice with its lines.

Fields, their order of appearance and their omissions follow what such a tenant really answered: booleans are strings,
what is absent is left out, lists are wrapped, rows come by invoiceId and ``lastUpdate`` is in no order. That the list
takes ``flt`` and ``start`` is assumed, so a tenant that ignores ``flt`` is one option away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.jaggaer.accounting import write_splits
from sandbox.jaggaer.fiql import FilterError, parse, passes
from sandbox.jaggaer.listing import ji, ji_refusal, page
from sandbox.jaggaer.shape import RefusedError
from sandbox.jaggaer.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.jaggaer.options import Options
    from sandbox.jaggaer.tenant import Invoice, InvoiceLine, Tenant

FILTERS: Final = frozenset(
    {
        *("supplierinvoicenumber", "suppliernumber", "supplier.suppliernumber", "invoicetype", "invoiceid"),
        *("invoicenumber", "invoicedate", "lastupdate", "paymentstatus", "workflowstatus", "matchstatus"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Invoices:
    """Answers what invoices there are."""

    tenant: Tenant
    options: Callable[[], Options]
    #: how many lists an invoice is still left out of (option ``shown_after_lists``), by its id
    late: dict[int, int] = field(default_factory=dict)

    async def list(self, request: Request) -> Response:
        """Return GET invoices with its start and flt."""
        options = self.options()
        try:
            wanted = "" if options.ignore_invoice_filter else request.query_params.get("flt", "")
            terms = parse(wanted, fields=FILTERS)
            # Ids only grow, and the ledger keeps the order in which they came.
            shown = [one for one in self.tenant.invoices.values() if self._is_shown(one, options.shown_after_lists)]
            found = [invoice for invoice in shown if passes(terms, _filterable(invoice))]
            counters, rows = page(request, options, found, write=lambda invoice: {"header": header(invoice)})
        except (FilterError, RefusedError) as refusal:
            return ji_refusal(refusal)
        return ji({**counters, "jiinvoiceList": {"jiinvoice": rows} if rows else {}})

    def _is_shown(self, invoice: Invoice, after: int) -> bool:
        """Whether so many lists have been asked for since it was taken."""
        left = self.late.setdefault(invoice.invoice_id, after)
        self.late[invoice.invoice_id] = max(0, left - 1)
        return left == 0

    async def single(self, request: Request) -> Response:
        """Return GET invoices/{invoiceId}: ``{header, lineList}``."""
        wanted = request.path_params["invoice_id"]
        invoice = self.tenant.invoice_by_id(wanted)
        if invoice is None:
            return ji_refusal(f"there is no invoice with the invoiceId {wanted}.")
        lines = [_line(invoice, line, self.tenant) for line in invoice.lines]
        return answer({"header": {**header(invoice), **_more(invoice)}, "lineList": {"invoiceLine": lines}})


def header(invoice: Invoice) -> dict[str, Any]:
    """Write an invoice's header as a list answers it."""
    on_order = any(line.order_number for line in invoice.lines)
    whole = {
        "invoiceId": invoice.invoice_id,
        "validationStatus": "Unneeded",
        "lastUpdate": invoice.last_update,
        "paymentStatus": invoice.payment_status,
        "invoiceName": f"{invoice.invoice_date[:10]} {invoice.source.lower()} {invoice.invoice_id % 100:02d}",
        "invoiceNumber": invoice.number,
        "originalInvoiceNumber": invoice.number,
        "invoiceType": invoice.type,
        "invoiceLineType": "PO" if on_order else "Non-PO",
        "invoiceSource": invoice.source,
        "invoiceDate": invoice.invoice_date,
        "invoiceCreateDate": invoice.invoice_date,
        "dueDate": invoice.due_date,
        "termDiscountAmount": 0,
        "businessUnit": invoice.business_unit,
        "supplier": {
            "id": 1000000000 + invoice.invoice_id % 100000,
            "name": invoice.supplier_name,
            "supplierNumber": invoice.supplier_number,
            "duns": "DNP",
        },
        "supplierInvoiceNumber": invoice.supplier_invoice_number,
        "accountingDate": invoice.invoice_date,
        "freightOnBoard": "Destination",
        "matchStatus": invoice.match_status,
        "workflowStatus": invoice.workflow_status,
        "nonPOInvoice": "false" if on_order else "true",
        "containsNonPOLines": "true" if any(not line.order_number for line in invoice.lines) else "false",
        "taxCharge1": invoice.tax,
        "taxCharge2": 0,
        "shippingCharge": 0,
        "handlingCharge": 0,
        "discountAmount": 0,
        "allocationMethod": "Weighted",
        "earlyPaymentDiscount": 0,
        "tax1HeaderChargeDetail": {"supplierTax": 0, "currentTax": invoice.tax, "engineTax": 0},
        "total": {"currency": invoice.currency, "value": invoice.total},
    }
    return {name: value for name, value in whole.items() if value is not None}


def _more(invoice: Invoice) -> dict[str, Any]:
    payment = {"method": "Unknown", "paidByExternalPaymentProcessor": "false"}
    if invoice.payment is not None:
        told = {"method": invoice.payment.method, "date": invoice.payment.date, "number": invoice.payment.number}
        payment |= {name: value for name, value in told.items() if value is not None}
    whole: dict[str, Any] = {place: {"address": {"addressCode": code}} for place, code in invoice.codes.items()}
    if invoice.payment_terms is not None:
        whole["terms"] = {"type": "Net", "standardPaymentTermsCode": invoice.payment_terms}
    if invoice.notes is not None:
        whole["notes"] = invoice.notes
    return {**whole, "payment": payment, "miscFeeList": {}, "customFieldValueSetList": {}}


def _line(invoice: Invoice, line: InvoiceLine, tenant: Tenant) -> dict[str, Any]:
    matched = invoice.match_status == "Matched"
    whole = {
        "lineId": invoice.invoice_id * 100 + line.number,
        "lineNumber": line.number,
        "item": {
            "description": line.description,
            "unitOfMeasure": {
                "dimension": line.unit,
                "alternateUnitOfMeasure": [{"type": "system", "dimension": line.unit}],
            },
            "productType": "NonCatalogItem",
        },
        "businessUnit": invoice.business_unit,
        "poNumber": line.order_number,
        "poLineNumber": line.order_line,
        "receipts": {"receipt": []},
        "quantity": line.quantity,
        "unitPrice": line.unit_price,
        "capitalExpense": "false",
        "taxable": "true" if invoice.tax else "false",
        "taxCharge1": 0,
        "taxCharge2": 0,
        "shippingCharge": 0,
        "handlingCharge": 0,
        "discountAmount": 0,
        "earlyPaymentDiscount": 0,
        "matchStatus": invoice.match_status,
        "toleranceStatus": "Exact" if matched else None,
        "isSubstituteItem": "false",
        "poMatchStatus": "Fully Matched" if matched else None,
        "poLineMatchStatus": "Fully Matched" if matched else None,
        "customFieldValueSetList": {},
        "splittableFieldSetGroupList": write_splits(line.splits, tenant=tenant),
        "shipTo": {},
    }
    return {name: value for name, value in whole.items() if value is not None}


def _filterable(invoice: Invoice) -> dict[str, str | None]:
    return {
        "supplierinvoicenumber": invoice.supplier_invoice_number,
        "suppliernumber": invoice.supplier_number,
        "supplier.suppliernumber": invoice.supplier_number,
        "invoicetype": invoice.type,
        "invoiceid": str(invoice.invoice_id),
        "invoicenumber": invoice.number,
        "invoicedate": invoice.invoice_date,
        "lastupdate": invoice.last_update,
        "paymentstatus": invoice.payment_status,
        "workflowstatus": invoice.workflow_status,
        "matchstatus": invoice.match_status,
    }
