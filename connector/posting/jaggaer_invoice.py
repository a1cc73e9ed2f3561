"""What JAGGAER's invoice import is told of a supplier invoice of QAD: header, charges and lines.

Amounts of a credit memo are negative. The supplier's own number goes as it is written, every code as the document it
names was sent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.posting import codes_without_case, figures
from connector.reading.values import present
from connector.systems.jaggaer import documents as jaggaer

if TYPE_CHECKING:
    from connector.domain.gate import Known
    from connector.systems.qad import documents as qad

CHARGES = "charges"
#: what becomes of the supplier's own number, in the words of ``flow show``
AS_WRITTEN = (
    "The supplier's invoice number is sent as QAD has it, without white space around it and without signs that cannot "
    "be seen; any other white space becomes a blank."
)
_SUPPLIERS = "qad_suppliers_to_jaggaer"
_ACCOUNTS = "qad_accounts_to_jaggaer"
_ORDERS = "qad_orders_to_jaggaer"


def body(invoice: qad.SupplierInvoice, kind: jaggaer.InvoiceType, known: Known) -> jaggaer.Body:
    """The whole document."""
    sign = -1 if kind is jaggaer.InvoiceType.CREDIT_MEMO else 1
    lines = [_line(line, invoice.currency, sign, known) for line in invoice.lines if not charge(line, known)]
    return jaggaer.invoice(
        header={**_header(invoice, kind, sign, known), **_charges(invoice, sign, known)}, lines=lines
    )


def charge(line: qad.InvoiceLine, known: Known) -> str:
    """Which header charge a cost line is; empty for a line of its own."""
    if not line.is_cost:
        return ""
    return line.account if line.account in jaggaer.CHARGES else known.code(CHARGES, line.account) or ""


def _charges(invoice: qad.SupplierInvoice, sign: int, known: Known) -> dict[str, Decimal]:
    charges: dict[str, Decimal] = {}
    for line in invoice.lines:
        if name := charge(line, known):
            charges[name] = charges.get(name, Decimal(0)) + sign * line.amount
    return charges


def _header(invoice: qad.SupplierInvoice, kind: jaggaer.InvoiceType, sign: int, known: Known) -> dict[str, Any]:
    # adding nothing makes minus zero plain zero
    return {
        "supplierInvoiceNumber": invoice.reference,
        "invoiceType": kind.value,
        "supplier": jaggaer.supplier(codes_without_case.as_sent(known, _SUPPLIERS, invoice.supplier_code)),
        "businessUnit": jaggaer.business_unit(known.code("business_units", invoice.entity)),
        "terms": jaggaer.terms(known.code("payment_terms", invoice.credit_terms)),
        "invoiceDate": jaggaer.moment(invoice.invoice_date),
        "accountingDate": jaggaer.moment(invoice.posting_date),
        "dueDate": jaggaer.moment(invoice.due_date),
        "grandTotal": jaggaer.amount(invoice.currency, sign * figures.total(invoice) + 0),
        "taxCharge1": sign * invoice.tax_total + 0,
        "notes": invoice.description,
    }


def _line(line: qad.InvoiceLine, currency: str, sign: int, known: Known) -> dict[str, Any]:
    unit = line.unit_of_measure
    item = {
        "description": line.description or line.item or f"Line {line.line}",
        "unitOfMeasure": known.code("units", unit) or unit,
    }
    return {
        "lineNumber": line.line,
        "ocrItem": present(item),
        "quantity": sign * line.quantity + 0,
        # a price, not an amount of money: it may be finer than the currency
        "unitPrice": jaggaer.amount(currency, line.unit_price),
        "poNumber": codes_without_case.as_sent(known, _ORDERS, line.order_number),
        "poLineNumber": "" if line.is_cost else line.order_line,
        "accounting": jaggaer.accounting(
            account=codes_without_case.as_sent(known, _ACCOUNTS, line.account),
            sub_account=line.sub_account,
            cost_centre=line.cost_centre,
            project=line.project,
        ),
    }
