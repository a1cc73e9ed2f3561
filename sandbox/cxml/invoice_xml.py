"""InvoiceDetailRequest: how an invoice is written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from sandbox.cxml.dispatch import ATTACHED
from sandbox.cxml.invoices import ABOUT_HEADERS, STANDARD, BilledLine, Invoice
from sandbox.cxml.wire import element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from sandbox.cxml.dispatch import Manner
    from sandbox.cxml.network import Network, Order


def written(invoice: Invoice, network: Network, manner: Manner, *, delete: bool = False) -> etree._Element:
    """Write it; ``delete`` takes it back, which still carries all of it."""
    reference = invoice.known_as or invoice.payloads[-1] if delete else invoice.credits
    header = element(
        "InvoiceDetailRequestHeader",
        element("InvoiceDetailHeaderIndicator", isHeaderInvoice="yes" if invoice.purpose in ABOUT_HEADERS else ""),
        element("InvoiceDetailLineIndicator", isTaxInLine="yes" if invoice.tax_in_line else ""),
        _partner(invoice, "remitTo"),
        _partner(invoice, "from"),
        element("DocumentReference", payloadID=reference) if reference else None,
        element("PaymentTerm", payInNumberOfDays="30"),
        _comments(manner),
        invoiceID=invoice.number,
        # both have these values where nothing is said
        purpose="" if manner.old and invoice.purpose == STANDARD else invoice.purpose,
        operation="delete" if delete else "" if manner.old else "new",
        invoiceDate=invoice.dated[:10] if manner.old else invoice.dated,
    )
    numbers = iter(range(1, len(invoice.lines) + 1))
    orders = [
        _order(invoice, network.orders[order], list(lines), numbers, manner)
        for order, lines in groupby(invoice.lines, key=lambda line: line.order)
    ]
    return element("InvoiceDetailRequest", header, *orders, _summary(invoice, manner))


def _partner(invoice: Invoice, role: str) -> etree._Element:
    name = element("Name", f"Supplier {invoice.supplier}", lang="en")
    return element("InvoicePartner", element("Contact", name, role=role, addressID=invoice.supplier))


def _comments(manner: Manner) -> etree._Element | None:
    if not manner.attachment and not manner.kilobytes:
        return None
    said = "All that was ever said about it. " * (manner.kilobytes * 32) or "The invoice on paper."
    attached = element("Attachment", element("URL", f"cid:{ATTACHED}@network.sandbox")) if manner.attachment else None
    return element("Comments", said, attached, lang="en")


def _order(
    invoice: Invoice,
    order: Order,
    lines: list[BilledLine],
    numbers: Iterator[int],
    manner: Manner,
) -> etree._Element:
    dated = order.dated[:10] if manner.old else order.dated
    latest = element("DocumentReference", payloadID=order.payload)
    named, of = ("OrderIDInfo", None) if manner.order_id_only else ("OrderReference", latest)
    info = element("InvoiceDetailOrderInfo", element(named, of, orderID=order.number, orderDate=dated))
    if invoice.purpose in ABOUT_HEADERS:
        line, place = lines[0], next(numbers)
        subtotal = _sum("SubtotalAmount", line.amount, invoice)
        summary = element("InvoiceDetailOrderSummary", subtotal, invoiceLineNumber=str(place))
        return element("InvoiceDetailHeaderOrder", info, summary)
    items = [_item(invoice, line, place) for line, place in zip(lines, numbers, strict=False)]
    return element("InvoiceDetailOrder", info, *items)


def _item(invoice: Invoice, line: BilledLine, place: int) -> etree._Element:
    part = element("ItemID", element("SupplierPartID", line.part))
    described = element("Description", line.description, lang="en") if line.description else None
    basis = element(
        "PriceBasisQuantity", element("UnitOfMeasure", line.unit), quantity=str(line.per), conversionFactor="1"
    )
    return element(
        "InvoiceDetailItem",
        element("UnitOfMeasure", line.unit),
        element("UnitPrice", _money(line.price, invoice)),
        basis if line.per != 1 else None,
        element("InvoiceDetailItemReference", part, described, lineNumber=str(line.order_line)),
        _sum("SubtotalAmount", line.amount, invoice),
        _tax(line.tax, line.amount, invoice) if invoice.tax_in_line else None,
        _sum("GrossAmount", line.amount + (line.tax if invoice.tax_in_line else 0), invoice),
        _sum("NetAmount", line.amount + (line.tax if invoice.tax_in_line else 0), invoice),
        invoiceLineNumber=str(place),
        quantity=str(line.quantity),
    )


def _summary(invoice: Invoice, manner: Manner) -> etree._Element:
    off = {manner.wrong_sum: Decimal(1)}
    wrong = off.get("net", Decimal(0))
    # where the lines make another subtotal, all that follows from it is right
    sums = replace(invoice.amounts, subtotal=invoice.amounts.subtotal + off.get("subtotal", 0))
    return element(
        "InvoiceDetailSummary",
        _sum("SubtotalAmount", sums.subtotal, invoice),
        _tax(sums.tax + off.get("tax", 0), sums.subtotal, invoice),
        _sum("SpecialHandlingAmount", sums.special_handling, invoice) if sums.special_handling else None,
        _sum("ShippingAmount", sums.shipping, invoice) if sums.shipping else None,
        _sum("GrossAmount", sums.gross, invoice),
        _sum("InvoiceDetailDiscount", sums.discount, invoice) if sums.discount else None,
        _sum("NetAmount", sums.net + wrong, invoice),
        _sum("DepositAmount", sums.deposit, invoice) if sums.deposit else None,
        _sum("DueAmount", sums.due + wrong, invoice),
    )


def _tax(amount: Decimal, base: Decimal, invoice: Invoice) -> etree._Element:
    described = element("Description", "VAT" if invoice.tax_rate else "no tax", lang="en")
    detail = element(
        "TaxDetail",
        _sum("TaxableAmount", base, invoice),
        _sum("TaxAmount", amount, invoice),
        category="vat",
        percentageRate=str(invoice.tax_rate),
        purpose="tax",
    )
    return element("Tax", _money(amount, invoice), described, detail if invoice.tax_rate else None)


def _sum(tag: str, amount: Decimal, invoice: Invoice) -> etree._Element:
    return element(tag, _money(amount, invoice))


def _money(amount: Decimal, invoice: Invoice) -> etree._Element:
    return element("Money", str(amount), currency=invoice.currency)
