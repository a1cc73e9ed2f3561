"""Supplier invoices and credit notes in every match state; their amounts add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.qad import words
from sandbox.qad.documents import ENTITY, Invoice, InvoiceLine
from sandbox.qad.money import price, rounded, smallest
from sandbox.qad.seeding.masters import TODAY, moment

if TYPE_CHECKING:
    from random import Random

    from sandbox.qad.documents import Matching, Order, OrderLine, Supplier
    from sandbox.qad.seeding.states import State

_TAX: Final = {
    "US": Decimal("0.0725"),
    "DE": Decimal("0.19"),
    "JP": Decimal("0.10"),
    "BH": Decimal("0.10"),
    "GB": Decimal("0.20"),
    "CA": Decimal("0.13"),
}
_DAYS: Final = {"N30": 30, "N45": 45, "N60": 60, "2-10N30": 30}


def make_invoice(number: int, state: State, supplier: Supplier, order: Order | None, chance: Random) -> Invoice:
    """Invent invoice ``number`` (from 0) of ``supplier``, billing half of some lines of ``order``."""
    credit = state.kind == "CREDITNOTE"
    lines = _order_lines(order, state, number, chance) if order else _expense_lines(supplier, chance)
    invoiced_on = TODAY - timedelta(days=chance.randint(6, 120))
    posted_on = invoiced_on + timedelta(days=chance.randint(0, 5))
    net = sum((line.amount for line in lines), Decimal(0))
    tax = rounded(net * _TAX.get(supplier.country, Decimal(0)), supplier.currency)
    return Invoice(
        invoice_id=str(2_000_001 + number),
        entity=ENTITY,
        year=posted_on.year,
        daybook="APCR" if credit else "APINV",
        voucher=100_001 + number,
        supplier=supplier.code,
        reference=_reference(number, supplier.code, credit=credit, year=invoiced_on.year),
        kind=state.kind,
        description=_description(order, lines[0], credit=credit),
        invoiced_on=invoiced_on,
        posted_on=posted_on,
        due_on=invoiced_on + timedelta(days=_DAYS.get(supplier.terms, 30)),
        currency=supplier.currency,
        net=net,
        tax=tax,
        total=net + tax,
        status_code=state.status_code,
        initial=state.initial,
        approved=state.approved,
        payment_locked=state.payment_locked,
        receiver_matching=state.receiver_matching,
        allocation="ALLOCATION" if state.allocated else "NOALLOCATION",
        hold=max(rounded(net / 10, supplier.currency), smallest(supplier.currency)) if state.held else Decimal(0),
        order=order.number if order else "",
        terms=supplier.terms,
        modified=moment(chance, posted_on + timedelta(days=chance.randint(0, (TODAY - posted_on).days - 1))),
        lines=lines,
    )


def _reference(number: int, supplier: str, *, credit: bool, year: int) -> str:
    """Write the supplier's own number in the supplier's own style; some styles have spaces and small letters."""
    styles = ("INV-{n:06d}", "{y}/{n:05d}", "inv {n:05d} a", "RE{n:07d}", "{n:08d}", "{y}-{n}.R")
    credits_ = ("CN-{n:06d}", "{y}/C{n:05d}", "cn {n:05d} a", "GS{n:07d}", "9{n:07d}", "{y}-{n}.C")
    style = (credits_ if credit else styles)[int(supplier[1:]) % len(styles)]
    return style.format(n=number + 1, y=year)


def _description(order: Order | None, line: InvoiceLine, *, credit: bool) -> str:
    what = "Return" if credit else "Goods"
    return f"{what} on order {order.number}" if order else line.description


def _order_lines(order: Order, state: State, number: int, chance: Random) -> tuple[InvoiceLine, ...]:
    billed = order.lines[: chance.randint(1, len(order.lines))]
    parts = 2  # every invoice bills half of what was ordered, so that an order can be billed twice
    if len(billed) == 1 and state.matching in {"first", "but-first", "but-last"}:
        billed, parts = billed * 2, 4  # a partly matched invoice needs two lines that can differ
    credit = state.kind == "CREDITNOTE"
    receiver = f"{'RV' if credit else 'RC'}{100_001 + number}"
    lines = []
    for place, line in enumerate(billed, start=1):
        matching = _matching(state.matching, place, len(billed))
        quantity = Decimal(1) if credit else line.ordered / parts
        made = _billed(place, line, order, chance)
        amount = max(rounded(quantity * made.price, order.currency), smallest(order.currency))
        lines.append(
            replace(
                made,
                quantity=quantity,
                amount=amount,
                matching=matching,
                receiver=receiver if matching != "none" else "",
            )
        )
    return tuple(lines)


def _billed(place: int, line: OrderLine, order: Order, chance: Random) -> InvoiceLine:
    # Now and then a small price variance, which QAD posts when the line is matched.
    variance = smallest(order.currency) if chance.random() < 0.08 else Decimal(0)  # noqa: PLR2004  eight in a hundred
    return InvoiceLine(
        line=place,
        order=order.number,
        order_line=line.line,
        receiver="",
        item=line.item,
        description=line.description,
        quantity=Decimal(0),
        price=line.price + variance,
        unit=line.unit,
        amount=Decimal(0),
        account=line.account,
        sub_account=line.sub_account,
        cost_centre=line.cost_centre,
        project=line.project,
        matching="none",
    )


def _matching(how: str, place: int, count: int) -> Matching:
    opened = {"first": 0, "but-first": 1, "but-last": count}.get(how, 0)
    if how == "none" or (how == "first" and place > 1):
        return "none"
    return "open" if place == opened else "FINISHED"


def _expense_lines(supplier: Supplier, chance: Random) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            line=place,
            order="",
            order_line=0,
            receiver="",
            item="",
            description=chance.choice(words.SERVICES),
            quantity=Decimal(1),
            price=(cost := price(chance.randint(5_000, 400_000), supplier.currency)),
            unit="EA",
            amount=cost,
            account=chance.choice(words.EXPENSE_ACCOUNTS),
            sub_account="",
            cost_centre=chance.choice(words.COST_CENTRES),
            project="",
            matching="none",
        )
        for place in range(1, chance.choice((1, 1, 2)) + 1)
    )
