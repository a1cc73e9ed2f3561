"""What an initial supplier invoice of QAD takes of one that came as cXML: order lines to match with, and a comment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.money import spelled
from connector.posting.cxml_figures import subtotal, unit_price

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.systems.cxml.documents.invoices import Invoice, InvoiceLine
    from connector.systems.qad.documents.postings import Body

_LONGEST_COMMENT = 1000
_NOTHING = Decimal(0)


def lines_in_qad(invoice: Invoice, sign: int) -> list[Body]:
    """The lines, each with the order line it bills; one of a header invoice bills none."""
    placed = [(order.order_number, line) for order in invoice.orders for line in order.lines]
    return [
        _line(number, order if line.order_line else "", line, sign, invoice.currency)
        for number, (order, line) in enumerate(placed, start=1)
    ]


def _line(number: int, order: str, line: InvoiceLine, sign: int, currency: str) -> Body:
    amount = sign * subtotal(line, currency) + 0
    quantity, price = (line.quantity, unit_price(line)) if line.quantity is not None else (_NOTHING, _NOTHING)
    if sign < 0:
        quantity, price = (-quantity, price) if quantity < 0 else (quantity, -price)
    return {
        "line": number,
        "order_number": order,
        "order_line": line.order_line if order else "",
        "receipt_numbers": [],
        "quantity": quantity + 0,
        "unit_price": price + 0,
        "amount": amount,
        "description": line.description or line.part,
        "account": "",
        "sub_account": "",
        "cost_centre": "",
        "project": "",
        "tax_code": "",
        "tax_amount": sign * (line.tax or _NOTHING) + 0,
    }


def comment(invoice: Invoice, sign: int) -> str:
    """What accounts payable needs to finish it: who sent it, its tax, charges and discount, and what came along."""
    text = " ".join(_sentences(invoice, sign))
    return text if len(text) <= _LONGEST_COMMENT else f"{text[: _LONGEST_COMMENT - 3]}..."


def _sentences(invoice: Invoice, sign: int) -> Iterator[str]:
    currency, whole = invoice.currency, invoice.summary
    yield f"cXML {invoice.purpose.value} of {invoice.supplier[0]}."
    details = [one for one in whole.tax_details if one.amount is not None]
    taxed = [
        f"{one.category or 'tax'}{f' {one.rate}%' if one.rate else ''} {spelled(sign * one.amount + 0, currency)}"
        for one in details
        if one.amount is not None
    ]
    if not taxed and whole.tax:
        taxed = [spelled(sign * whole.tax + 0, currency)]
    if taxed:
        yield f"Tax: {', '.join(taxed)}."
    named = (
        ("Shipping", whole.shipping),
        ("Special handling", whole.special_handling),
        ("Discount", whole.discount),
    )
    for name, amount in named:
        if amount:
            yield f"{name}: {spelled(sign * amount + 0, currency)}."
    if invoice.attachments:
        yield f"Attachments with its message: {invoice.attachments:f}."
