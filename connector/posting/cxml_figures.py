"""The figures of an invoice that came as cXML: whether they add up as cXML adds up, exactly (documented in the DTD).

Gross is subtotal, tax, special handling and shipping; net is gross less discount; due is net less deposit. The summary
is the sum of the lines in its subtotal, and in whatever the line indicator says to be in the lines. What does not add
up is nobody's to correct but the supplier's.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING

from connector.domain.money import decimals, rounded, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.systems.cxml.documents.invoices import Charges, Invoice, InvoiceLine

_EXACT = 100  # digits; a product must not be rounded before it is compared
_NOTHING = Decimal(0)
#: which amounts of the lines make one of the summary, beside the subtotal; and what says that they are in the lines
_IN_LINES = {
    "tax": "tax_in_lines",
    "special_handling": "special_handling_in_lines",
    "shipping": "shipping_in_lines",
    "discount": "discount_in_lines",
}


def contradiction(invoice: Invoice) -> str:
    """The first thing that does not add up, as the end of a sentence about the invoice; empty when all of it does."""
    with localcontext(prec=_EXACT):
        return next(_contradictions(invoice), "")


def unit_price(line: InvoiceLine) -> Decimal:
    """The price of one of what is billed; nothing where the line names none."""
    price = line.unit_price or _NOTHING
    with localcontext(prec=_EXACT, rounding=ROUND_HALF_UP):
        basis = line.price_quantity or Decimal(1)
        found = price * (line.price_conversion or Decimal(1)) / basis
        return found if found == round(found, 10) else round(found, 10)


def subtotal(line: InvoiceLine, currency: str) -> Decimal:
    """What a line costs before tax and charges; what it does not say is quantity times price."""
    if line.subtotal is not None:
        return line.subtotal
    with localcontext(prec=_EXACT):
        return rounded(_product(line), currency)


def _product(line: InvoiceLine) -> Decimal:
    quantity, price = line.quantity or _NOTHING, line.unit_price or _NOTHING
    return quantity * price * (line.price_conversion or Decimal(1)) / (line.price_quantity or Decimal(1))


def _contradictions(invoice: Invoice) -> Iterator[str]:
    currency, whole = invoice.currency, invoice.summary
    if invoice.other_currencies:
        yield f"has amounts in {currency} and in {', '.join(invoice.other_currencies)}"
    for amount, name in ((whole.subtotal, "SubtotalAmount"), (whole.net, "NetAmount")):
        if amount is None:
            yield f"has no {name} in its summary"
    for number, line in enumerate(invoice.lines, start=1):
        yield from _of_line(line, line.line_number or str(number), currency)
    yield from _of_charges(whole, "its summary", currency)
    wanted = (whole.net or _NOTHING) - (whole.deposit or _NOTHING)
    if whole.due is not None and whole.due != wanted:
        yield f"has a DueAmount of {_money(whole.due, currency)}, but net less deposit is {_money(wanted, currency)}"
    yield from _of_sums(invoice)
    if whole.net is not None and whole.net != round(whole.net, decimals(currency)):
        yield f"has a NetAmount of {_money(whole.net, currency)}, which is finer than its currency"


def _of_line(line: InvoiceLine, number: str, currency: str) -> Iterator[str]:
    name = f"line {number}"
    if line.subtotal is None and (line.quantity is None or line.unit_price is None):
        yield f"has neither a SubtotalAmount nor a quantity and price in {name}"
    if line.price_quantity is not None and line.price_quantity <= 0:
        yield f"has a price for a quantity of {line.price_quantity:f} in {name}"
        return
    if line.subtotal is not None and line.quantity is not None and line.unit_price is not None:
        product, half = _product(line), Decimal(5).scaleb(-decimals(currency) - 1)
        if abs(product - line.subtotal) > half:
            said = f"{_money(line.subtotal, currency)} in {name}, but quantity times price is"
            yield f"has a SubtotalAmount of {said} {_money(product, currency)}"
    known = line.model_copy(update={"subtotal": subtotal(line, currency)})
    yield from _of_charges(known, name, currency)


def _of_charges(charges: Charges, name: str, currency: str) -> Iterator[str]:
    details = [one.amount for one in charges.tax_details if not one.withheld]
    amounts = [one for one in details if one is not None]
    if charges.tax is not None and amounts and len(amounts) == len(details) and sum(amounts) != charges.tax:
        said = f"{_money(sum(amounts, start=_NOTHING), currency)} in the details of the tax of {name}"
        yield f"has {said}, but a tax of {_money(charges.tax, currency)}"
    parts = (charges.subtotal, charges.tax, charges.special_handling, charges.shipping)
    gross = sum((part or _NOTHING for part in parts), start=_NOTHING)
    if charges.gross is not None and charges.gross != gross:
        added = f"subtotal, tax, special handling and shipping add up to {_money(gross, currency)}"
        yield f"has a GrossAmount of {_money(charges.gross, currency)} in {name}, but {added}"
    net = gross - (charges.discount or _NOTHING)
    if charges.net is not None and charges.net != net:
        added = f"gross less discount is {_money(net, currency)}"
        yield f"has a NetAmount of {_money(charges.net, currency)} in {name}, but {added}"


def _of_sums(invoice: Invoice) -> Iterator[str]:
    currency, whole = invoice.currency, invoice.summary
    added = sum((subtotal(line, currency) for line in invoice.lines), start=_NOTHING)
    if added != (whole.subtotal or _NOTHING):
        said = f"has a SubtotalAmount of {_money(whole.subtotal or _NOTHING, currency)} in its summary"
        yield f"{said}, but those of its lines add up to {_money(added, currency)}"
    for name, flag in _IN_LINES.items():
        if not getattr(invoice, flag):
            continue
        amounts = (getattr(line, name) or _NOTHING for line in invoice.lines)
        in_lines, in_all = sum(amounts, start=_NOTHING), getattr(whole, name) or _NOTHING
        if in_lines != in_all:
            begun = f"has a {name.replace('_', ' ')} of {_money(in_all, currency)} in its summary"
            yield f"{begun}, but {_money(in_lines, currency)} in its lines"


def _money(amount: Decimal, currency: str) -> str:
    return spelled(amount, currency)
