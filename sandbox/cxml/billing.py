"""How suppliers bill what was ordered: the sums of an invoice, and of what gives money back for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.cxml.invoices import STANDARD, Amounts, BilledLine, Invoice
from sandbox.cxml.notices import decimal, quantities
from sandbox.cxml.values import rounded
from sandbox.cxml.wire import now
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.cxml.network import Network, Order, OrderLine

#: kinds of correction, and what cXML calls them
PURPOSES: Final = {"header": "creditMemo", "line": "lineLevelCreditMemo", "debit": "debitMemo"}


def bill(network: Network, asked: Mapping[str, Any], number: str) -> Invoice:
    """Make an invoice for one order or several of one supplier: all that was ordered, a ``part``, or some ``lines``."""
    orders = [_order(network, name) for name in asked.get("orders", [asked.get("order")])]
    first = orders[0]
    if any((one.supplier, one.currency) != (first.supplier, first.currency) for one in orders):
        raise SandboxMistakeError("An invoice is one supplier's, in one currency; its orders differ in these.")
    rate = decimal(asked.get("tax", "0"), "tax")
    lines = tuple(
        _billed(order, line, quantity, rate) for order in orders for line, quantity in _chosen(order, asked).items()
    )
    in_line = asked.get("tax_in_line") is True
    subtotal = sum((line.amount for line in lines), Decimal(0))
    tax = sum((one.tax for one in lines), Decimal(0)) if in_line else rounded(subtotal * rate / 100, first.currency)
    charges = ("special_handling", "shipping", "discount", "deposit")
    # nobody can ask for half a yen
    more = {name: rounded(decimal(asked.get(name, "0"), name), first.currency) for name in charges}
    return Invoice(
        number=str(asked.get("number") or number),
        supplier=first.supplier,
        domain=first.domain,
        purpose=STANDARD,
        currency=first.currency,
        dated=str(asked.get("dated") or now()),
        lines=lines,
        amounts=Amounts(subtotal=subtotal, tax=tax, **more),
        tax_rate=rate,
        tax_in_line=in_line,
    )


def correct(invoice: Invoice, asked: Mapping[str, Any], number: str) -> Invoice:
    """Make what gives an invoice's money back, or takes more: all of it, a ``part``, or an ``amount``."""
    kind = asked.get("kind", "header")
    if kind not in PURPOSES:
        raise SandboxMistakeError(f"The kind of a credit is one of {', '.join(PURPOSES)}; not {kind!r}.")
    share = decimal(asked.get("part", "1"), "part") * (1 if kind == "debit" else -1)
    if kind == "line":
        lines = tuple(_turned(line, share, invoice.currency) for line in invoice.lines)
        taxed = sum((one.tax for one in lines), Decimal(0))
        tax = taxed if invoice.tax_in_line else rounded(invoice.amounts.tax * share, invoice.currency)
    elif "amount" in asked:
        given = decimal(asked["amount"], "amount") * (1 if kind == "debit" else -1)
        lines, tax = _about_orders(invoice, rounded(given, invoice.currency)), Decimal(0)
    else:
        lines = _about_orders(invoice, rounded(invoice.amounts.subtotal * share, invoice.currency))
        tax = rounded(invoice.amounts.tax * share, invoice.currency)
    return Invoice(
        number=str(asked.get("number") or number),
        supplier=invoice.supplier,
        domain=invoice.domain,
        purpose=PURPOSES[kind],
        currency=invoice.currency,
        dated=str(asked.get("dated") or now()),
        lines=lines,
        amounts=Amounts(subtotal=sum((one.amount for one in lines), Decimal(0)), tax=tax),
        tax_rate=invoice.tax_rate if tax else Decimal(0),
        tax_in_line=invoice.tax_in_line and kind == "line",
        credits=invoice.known_as or invoice.payloads[-1],
    )


def _order(network: Network, name: object) -> Order:
    order = network.orders.get(str(name))
    if order is None:
        raise SandboxMistakeError(f"The network knows no order {name}; it knows {', '.join(network.orders) or 'none'}.")
    return order


def _chosen(order: Order, asked: Mapping[str, Any]) -> Mapping[OrderLine, Decimal]:
    if isinstance(lines := asked.get("lines"), Mapping):
        # of several orders, those of one stand under its number
        return quantities(order, lines[order.number] if isinstance(lines.get(order.number), Mapping) else lines)
    part = decimal(asked.get("part", "1"), "part")
    return {line: (line.quantity * part).normalize() + Decimal(0) for line in order.lines if line.quantity}


def _billed(order: Order, line: OrderLine, quantity: Decimal, rate: Decimal) -> BilledLine:
    amount = rounded(quantity * line.price / line.per, order.currency)
    return BilledLine(
        order=order.number,
        order_line=line.number,
        quantity=quantity,
        price=line.price,
        per=line.per,
        unit=line.unit,
        part=line.part,
        description=line.description,
        amount=amount,
        tax=rounded(amount * rate / 100, order.currency),
    )


def _turned(line: BilledLine, share: Decimal, currency: str) -> BilledLine:
    quantity = line.quantity * share
    amount = rounded(quantity * line.price / line.per, currency)
    return replace(line, quantity=quantity, amount=amount, tax=rounded(line.tax * share, currency))


def _about_orders(invoice: Invoice, amount: Decimal) -> tuple[BilledLine, ...]:
    """Spread an amount over the orders of an invoice, by what it bills of each; the last takes what is left."""
    parts = {order: sum((one.amount for one in _of(invoice, order)), Decimal(0)) for order in invoice.orders}
    shares = [rounded(amount * part / (sum(parts.values()) or 1), invoice.currency) for part in parts.values()]
    shares[-1] = amount - sum(shares[:-1], Decimal(0))
    return tuple(
        replace(next(iter(_of(invoice, order))), order_line=None, quantity=Decimal(1), amount=share, tax=Decimal(0))
        for order, share in zip(parts, shares, strict=True)
    )


def _of(invoice: Invoice, order: str) -> Iterable[BilledLine]:
    return (line for line in invoice.lines if line.order == order)
