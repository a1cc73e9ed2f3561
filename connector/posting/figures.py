"""The figures of a supplier invoice of QAD as a target shall show them: payable, of one sign, adding up to the total.

QAD keeps four decimals. Each line and the tax are rounded half up to the currency, as QAD rounds before it sends
(assumed); the total must be payable as it is. The lines of a credit note, with or without its tax, may be negative:
only the reading that makes the total counts.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from connector.domain.money import Money, decimals, rounded, spelled
from connector.domain.outcome import Bury
from connector.domain.sentence import capital
from connector.posting.matching import label
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXACT = 100  # digits; products of two amounts must not be rounded before they are compared
_IN_QAD = "Correct the invoice in QAD; the corrected version is read by itself."


def total(invoice: qad.SupplierInvoice) -> Decimal:
    """Positive for invoices and credit notes alike."""
    in_credit = invoice.credit_total - invoice.debit_total
    return in_credit if invoice.invoice_type is qad.InvoiceType.INVOICE else -in_credit


def settled(invoice: qad.SupplierInvoice, *, rest_to: str = "") -> qad.SupplierInvoice | Bury:
    """The invoice with rounded lines and tax, positive as far as its total is; or why its figures cannot be sent.

    ``rest_to``: the account of a cost line for what the total has and no line; empty = there must be no such rest.
    Raises Malformed when the total is finer than the currency.
    """
    wanted = total(invoice)
    Money(amount=wanted, currency=invoice.currency)
    with localcontext(prec=_EXACT):
        payable = _rounded(invoice)
        reading = next((one for one in _readings(payable) if _sum(one) == wanted), None)
        if reading is None and rest_to:
            short = next((one for one in _readings(payable) if 0 < _sum(one) < wanted), None)
            reading = _with_rest(short, wanted - _sum(short), rest_to) if short else None
        if reading is None:
            return _off(invoice, payable, wanted)
    if wanted < 0:
        return Bury(
            code="sign_contradicts_type",
            reason=f"{capital(label(invoice))} is of type {invoice.invoice_type.value}, "
            f"but its total is {spelled(wanted, invoice.currency)}.",
            suggestion=_IN_QAD,
        )
    return reading


def contradicting(invoice: qad.SupplierInvoice) -> Bury | None:
    """A line whose quantity times price is not its amount; targets that work amounts out would show another one."""
    currency = invoice.currency
    with localcontext(prec=_EXACT):
        half = Decimal(5).scaleb(-decimals(currency) - 1)
        off = next((li for li in invoice.lines if abs(li.quantity * li.unit_price - li.amount) > half), None)
        if off is None:
            return None
        return Bury(
            code="amounts_do_not_add_up",
            reason=f"Line {off.line} of {label(invoice)} is {spelled(off.amount, currency)}, "
            f"but {off.quantity:f} times {off.unit_price:f} is {spelled(off.quantity * off.unit_price, currency)}, "
            "and that is what JAGGAER would show.",
            suggestion=f"{_IN_QAD[:-1]}, or switch the option check_line_prices off.",
        )


def _with_rest(invoice: qad.SupplierInvoice, rest: Decimal, account: str) -> qad.SupplierInvoice:
    number = max((line.line for line in invoice.lines), default=0) + 1
    line = qad.InvoiceLine(
        line=number, description="Charges", quantity=Decimal(1), unit_price=rest, amount=rest, account=account
    )
    return invoice.model_copy(update={"lines": (*invoice.lines, line)})


def _payable(line: qad.InvoiceLine, currency: str) -> qad.InvoiceLine:
    """The line with a rounded amount; a cost line that has only an amount is one piece of it."""
    amount = rounded(line.amount, currency)
    piece = line.is_cost and not line.quantity * line.unit_price
    counted = {"quantity": Decimal(1).copy_sign(amount), "unit_price": abs(amount)} if piece else {}
    return line.model_copy(update={"amount": amount, **counted})


def _rounded(invoice: qad.SupplierInvoice) -> qad.SupplierInvoice:
    lines = tuple(_payable(line, invoice.currency) for line in invoice.lines)
    return invoice.model_copy(update={"lines": lines, "tax_total": rounded(invoice.tax_total, invoice.currency)})


def _readings(invoice: qad.SupplierInvoice) -> Iterator[qad.SupplierInvoice]:
    """The invoice as it came; of a credit note with negative lines also as if it had come with positive ones."""
    yield invoice
    if invoice.invoice_type is qad.InvoiceType.CREDIT_NOTE and sum(line.amount for line in invoice.lines) < 0:
        turned = invoice.model_copy(update={"lines": tuple(map(_turned, invoice.lines))})
        yield turned.model_copy(update={"tax_total": -invoice.tax_total + 0})
        yield turned


def _turned(line: qad.InvoiceLine) -> qad.InvoiceLine:
    """The line with the other sign, which stands in the price when that is negative and in the quantity otherwise."""
    if line.quantity * line.unit_price * line.amount <= 0 and line.amount:
        return line.model_copy(update={"amount": -line.amount})  # only the amount is signed
    part = "unit_price" if line.unit_price < 0 else "quantity"
    return line.model_copy(update={"amount": -line.amount + 0, part: -getattr(line, part) + 0})


def _sum(invoice: qad.SupplierInvoice) -> Decimal:
    return sum((line.amount for line in invoice.lines), start=invoice.tax_total)


def _off(given: qad.SupplierInvoice, payable: qad.SupplierInvoice, wanted: Decimal) -> Bury:
    currency, exact, added = given.currency, _sum(given), _sum(payable)
    finer = payable.lines != given.lines or payable.tax_total != given.tax_total
    before = f" once each is rounded to the currency ({spelled(exact, currency)} before)" if finer else ""
    return Bury(
        code="amounts_do_not_add_up",
        reason=f"Lines and tax of {label(given)} add up to {spelled(added, currency)}{before}, "
        f"but its total is {spelled(wanted, currency)}.",
        suggestion=_IN_QAD,
    )
