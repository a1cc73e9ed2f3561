"""Lines, taxes and comment of a Concur invoice in QAD's words.

FULL has a line for each allocation; quantity and price stand on the first of an order line, the others share its cost.
INITIAL has a line for each line, to match with; its coding only where all of it goes to one place.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from connector.domain.money import spelled
from connector.posting import concur_coding
from connector.posting import invoice_rules as rules
from connector.systems.qad.documents.postings import InvoiceMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.domain.gate import Known
    from connector.posting.invoice_rules import Cost
    from connector.systems.concur.documents.invoices import Invoice
    from connector.systems.qad.documents.postings import Body

_LONGEST_COMMENT = 1000


def lines_in_qad(costs: Sequence[Cost], sign: int, known: Known, order: str, mode: InvoiceMode) -> list[Body]:
    """The lines; ``order`` is the one of lines that name none of their own but a line of it."""
    number = 0
    bodies = []
    for _, group in groupby(costs, key=lambda cost: id(cost.line)):
        line_costs = list(group)
        parts = [[cost] for cost in line_costs] if mode is InvoiceMode.FULL else [line_costs]
        for place, part in enumerate(parts):
            number += 1
            bodies.append(_line(number, part, sign, known, order, counted=place == 0))
    return bodies


def _line(number: int, part: Sequence[Cost], sign: int, known: Known, order: str, *, counted: bool) -> Body:
    line = part[0].line
    places = {(cost.account, cost.objects) for cost in part}
    account, objects = places.pop() if len(places) == 1 else ("", None)
    in_qad = concur_coding.objects_in_qad(objects, known)
    quantity, price = line.line_item_quantity, line.line_item_unit_price
    if sign < 0:
        quantity, price = (-quantity, price) if quantity < 0 else (quantity, -price)
    codes = {tax.code for cost in part for tax in cost.taxes}
    ordered = line.line_item_purchase_order_number or (order if line.po_line_number else "")
    return {
        "line": number,
        "order_number": ordered,
        "order_line": line.po_line_number,
        "receipt_numbers": list(line.receipt_numbers),
        "quantity": quantity + 0 if counted else Decimal(0),
        "unit_price": price + 0 if counted else Decimal(0),
        "amount": sign * sum((cost.amount for cost in part), start=Decimal(0)) + 0,
        "description": line.line_item_description or line.expense_type_code,
        "account": concur_coding.account(account, known) if account else "",
        "sub_account": "",
        "cost_centre": in_qad.cost_centre,
        "project": in_qad.project,
        "tax_code": codes.pop() if len(codes) == 1 else "",
        "tax_amount": sign * sum((cost.tax for cost in part), start=Decimal(0)) + 0,
    }


def taxes_in_qad(costs: Sequence[Cost], sign: int, known: Known) -> list[Body]:
    """The tax of each code."""
    return [
        {
            "tax_code": code,
            "account": known.code("tax_accounts", code) or "",
            "base": sign * base + 0,
            "amount": sign * amount + 0,
        }
        for code, (base, amount) in rules.taxes(costs).items()
    ]


def comment(invoice: Invoice, costs: Sequence[Cost], sign: int, known: Known) -> str:
    """What accounts payable needs to finish an initial invoice: its tax and its coding."""
    text = " ".join(_sentences(invoice, costs, sign, known))
    return text if len(text) <= _LONGEST_COMMENT else f"{text[: _LONGEST_COMMENT - 3]}..."


def _sentences(invoice: Invoice, costs: Sequence[Cost], sign: int, known: Known) -> Iterator[str]:
    header = invoice.document.request_header
    currency = header.currency_alpha_code
    yield f"Concur {invoice.source_key}."
    taxed = [
        f"{code or 'without code'} {spelled(sign * tax, currency)}" for code, (_, tax) in rules.taxes(costs).items()
    ]
    if not taxed and header.amount_tax:
        taxed = [spelled(sign * header.amount_tax, currency)]
    if taxed:
        yield f"Tax: {', '.join(taxed)}."
    if header.amount_shipping_total:
        yield f"Shipping: {spelled(sign * header.amount_shipping_total, currency)}."
    coded = [f"{_place(cost, known)} {spelled(sign * cost.amount, currency)}" for cost in costs if cost.account]
    if coded:
        yield f"Coding: {', '.join(coded)}."


def _place(cost: Cost, known: Known) -> str:
    objects = concur_coding.objects_in_qad(cost.objects, known)
    return "/".join(filter(None, (concur_coding.account(cost.account, known), objects.cost_centre, objects.project)))
