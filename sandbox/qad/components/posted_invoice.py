"""From a posted record to the invoice that is kept, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.qad.books import now
from sandbox.qad.components import envelope
from sandbox.qad.components.checks import children_of
from sandbox.qad.documents import Invoice, InvoiceLine, InvoiceTax, Posted

if TYPE_CHECKING:
    from sandbox.qad.components.envelope import Record

POSTING: Final = "supplierInvoiceLines"
TAXES: Final = "supplierInvoiceTaxes"
ORDERS: Final = "supplierInvoicePurchaseOrders"
MATCHING: Final = "supplierInvoiceMatchingLines"


def invoice(record: Record, *, number: int, terms: str) -> Invoice:
    """Make invoice ``number`` (from 0) of a record that was checked."""
    today = now().date()
    invoiced_on = envelope.day(record, "invoiceDate") or today
    posted_on = envelope.day(record, "postingDate") or today
    total, tax = envelope.amount(record, "invoiceAmountTC"), envelope.amount(record, "vatAmountTC")
    status = str(record.get("invoiceStatusCode") or "AP-INITIAL")
    orders = [str(record.get("purchaseOrderNumber") or "")]
    orders += [str(one.get("purchaseOrderNumber") or "") for one in children_of(record, ORDERS)]
    return Invoice(
        invoice_id=str(2_000_001 + number),
        entity=str(record["companyCode"]),
        year=posted_on.year,
        daybook=str(record["daybookCode"]),
        voucher=100_001 + number,
        supplier=str(record["supplierCode"]),
        reference=str(record["reference"]),
        kind=str(record["invoiceType"]).upper(),
        description=str(record.get("description") or ""),
        invoiced_on=invoiced_on,
        posted_on=posted_on,
        due_on=envelope.day(record, "dueDate") or invoiced_on,
        currency=str(record["currencyCode"]),
        net=total - tax,
        tax=tax,
        total=total,
        status_code=status,
        initial=status == "AP-INITIAL",
        approved=status in {"AP-RMALLOC", "AP-GLALLOC"},
        payment_locked=status == "AP-INITIAL",
        receiver_matching=status != "AP-GLALLOC",
        allocation="ALLOCATION" if status in {"AP-RMALLOC", "AP-GLALLOC"} else "NOALLOCATION",
        hold=Decimal(0),
        order=next(filter(None, orders), ""),
        terms=str(record.get("creditTermsCode") or terms),
        modified=now(),
        lines=_lines(record),
        posted=Posted(
            correlation=str(record.get("customLong1") or ""),
            comment=str(record.get("commentNote") or ""),
            taxable=record.get("isTaxable") is True,
            orders=tuple(dict.fromkeys(filter(None, orders))),
            taxes=tuple(_tax(one) for one in children_of(record, TAXES)),
        ),
    )


def _lines(record: Record) -> tuple[InvoiceLine, ...]:
    """Posting lines with what is known of their order line; without any, the order lines it bills."""
    posting, matching = children_of(record, POSTING), children_of(record, MATCHING)
    of_order = {str(line.get("lineNumber")): line for line in matching if line.get("lineNumber")}
    if not posting:
        return tuple(_line(place, line, line) for place, line in enumerate(matching, start=1))
    return tuple(
        _line(place, line, of_order.get(str(line.get("lineNumber")), {})) for place, line in enumerate(posting, start=1)
    )


def _line(place: int, line: Record, match: Record) -> InvoiceLine:
    cost = envelope.amount(line, "amountTC")
    order_line = envelope.amount(match, "purchaseOrderLine")
    return InvoiceLine(
        line=place,
        order=str(match.get("purchaseOrderNumber") or line.get("purchaseOrderNumber") or ""),
        order_line=int(order_line),
        receiver=str(match.get("receiverNumber") or ""),
        item="",
        description=str(line.get("description") or ""),
        quantity=envelope.amount(match, "matchQty") or Decimal(1),
        price=envelope.amount(match, "matchUnitPrice") or cost,
        unit="EA",
        amount=cost,
        account=str(line.get("glCode") or ""),
        sub_account=str(line.get("subAccountCode") or ""),
        cost_centre=str(line.get("costCentreCode") or ""),
        project=str(line.get("projectCode") or ""),
        matching="none",
    )


def _tax(one: Record) -> InvoiceTax:
    return InvoiceTax(
        code=str(one.get("taxCode") or ""),
        account=str(one.get("glCode") or ""),
        base=envelope.amount(one, "taxBaseTC"),
        amount=envelope.amount(one, "taxAmountTC"),
    )


def record_of(invoice: Invoice) -> Record:
    """Write an invoice as the component answers it."""
    return {
        "invoiceID": int(invoice.invoice_id),
        "companyCode": invoice.entity,
        "postingYear": invoice.year,
        "daybookCode": invoice.daybook,
        "voucher": invoice.voucher,
        "supplierCode": invoice.supplier,
        "reference": invoice.reference,
        "invoiceType": invoice.kind,
        "description": invoice.description,
        "invoiceDate": envelope.stamp(invoice.invoiced_on),
        "postingDate": envelope.stamp(invoice.posted_on),
        "dueDate": envelope.stamp(invoice.due_on),
        "currencyCode": invoice.currency,
        "invoiceAmountTC": invoice.total,
        "vatAmountTC": invoice.tax,
        "invoiceStatusCode": invoice.status_code,
        "purchaseOrderNumber": invoice.order,
        "customLong1": invoice.posted.correlation if invoice.posted else "",
        "isOpen": invoice.balance != 0,
    }
