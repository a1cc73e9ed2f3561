"""Purchase orders, and goods that arrive on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.qad import words
from sandbox.qad.documents import Order, OrderLine
from sandbox.qad.money import price, smallest
from sandbox.qad.seeding.masters import TODAY, moment

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from sandbox.qad.documents import Supplier

_ACCOUNTS: Final = {code: (cost_centre, project) for code, _, _, _, cost_centre, project in words.ACCOUNTS}


def make_order(number: int, supplier: Supplier, chance: Random) -> Order:
    """Invent order ``number`` (from 0) with one to four lines, nothing received yet.

    Quantities are even in thousandths: two invoices can bill half an order each.
    """
    ordered_on = TODAY - timedelta(days=chance.randint(125, 240))
    due_on = ordered_on + timedelta(days=chance.randint(7, 90))
    site = chance.choice(words.SITES)
    count = chance.choice((1, 2, 2, 3, 4))
    return Order(
        number=f"PO{100001 + number}",
        supplier=supplier.code,
        ordered_on=ordered_on,
        due_on=due_on,
        currency=supplier.currency,
        status=chance.choice(("", "O")),
        terms=supplier.terms,
        ship_to=site,
        bill_to=words.SITES[0],
        buyer=chance.choice(words.PEOPLE),
        remarks=chance.choice(("", "", "Deliver to gate 3", "Partial deliveries welcome", "Call before delivery")),
        revision=chance.choice((0, 0, 0, 1, 2)),
        modified=moment(chance, ordered_on + timedelta(days=chance.randint(0, 30))),
        lines=tuple(_line(line, supplier.currency, site, due_on, chance) for line in range(1, count + 1)),
    )


def _line(line: int, currency: str, site: str, due_on: date, chance: Random) -> OrderLine:
    name, unit = chance.choice(words.ITEMS)
    half = Decimal(chance.randint(1, 60))
    cost = price(chance.randint(45, 45_000), currency)
    if line == 1 and chance.random() < 0.1:  # noqa: PLR2004  one in ten is sold by the thousand: finer than any coin
        half, cost = half * 100, smallest(currency) * Decimal(chance.randint(105, 9995)) / 100
    elif unit in {"KG", "LT", "M"}:
        half += Decimal("0.5")
    account = chance.choice(words.ORDER_ACCOUNTS)
    needs_cost_centre, needs_project = _ACCOUNTS[account]
    return OrderLine(
        line=line,
        item=f"{name[:3].upper()}-{chance.randint(1000, 9999)}",
        description=name,
        ordered=half * 2,
        received=Decimal(0),
        unit=unit,
        price=cost,
        due_on=due_on,
        status="",
        site=site,
        account=account,
        sub_account=chance.choice(words.SUB_ACCOUNTS),
        cost_centre=chance.choice(words.COST_CENTRES) if needs_cost_centre else "",
        project=chance.choice(words.PROJECTS) if needs_project else "",
    )


def cancelled(order: Order) -> Order:
    """Cancel an order and all its lines."""
    return replace(order, status="X", lines=tuple(replace(line, status="X") for line in order.lines))
