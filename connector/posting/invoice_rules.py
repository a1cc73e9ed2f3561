"""What an invoice's lines and allocations cost, without and with their tax, in Concur's own codes and exact amounts.

An allocation's cost is its gross less its tax, so that shipping goes where the goods go. The tax of an invoice is never
reclaimed on its way: the whole of it is the supplier's. Where an allocation has no figures of its own, its share of
quantity times price is taken. What was divided with up to eight decimals is exact as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from itertools import groupby
from typing import TYPE_CHECKING

from connector.domain.money import spelled
from connector.domain.outcome import Bury
from connector.posting.rounding import in_cents, shared_out
from connector.systems.concur.documents.invoices import InvoiceAllocation, InvoiceJournal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from connector.posting.cost_objects import CostObjects, Finder
    from connector.systems.concur.documents.invoices import Invoice, InvoiceLine, InvoiceTax

IN_CONCUR = "Have it corrected in Concur; the corrected invoice comes by itself."
_EXACT = 100  # digits; a product must not be rounded before it is compared
_WHOLE = Decimal(100)
_NOTHING = Decimal(0)
_WHOLE_LINE = InvoiceAllocation()
_UNSAID = InvoiceJournal()


@dataclass(frozen=True, kw_only=True)
class Tax:
    """Tax of one code."""

    code: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one allocation costs."""

    line: InvoiceLine
    account: str
    objects: CostObjects
    amount: Decimal
    taxes: tuple[Tax, ...]

    @property
    def tax(self) -> Decimal:
        """All of its taxes."""
        return sum((tax.amount for tax in self.taxes), start=_NOTHING)


class _Wrong(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def costs(invoice: Invoice, finder: Finder, *, label: str) -> tuple[Cost, ...] | Bury:
    """The cost of every allocation, to the cent; or what is wrong with it."""
    try:
        found = _exact(list(_costs(invoice, finder)), invoice.document.request_header.currency_alpha_code)
        _check_signs(found)
        return tuple(found)
    except _Wrong as wrong:
        return Bury(code=wrong.code, reason=f"{label}: {wrong.reason}", suggestion=IN_CONCUR)


def total(invoice: Invoice, found: Iterable[Cost]) -> Decimal:
    """What the supplier wants, negative in a credit memo."""
    header = invoice.document.request_header
    if header.request_total is not None:
        return header.request_total
    return sum((cost.amount + cost.tax for cost in found), start=_NOTHING)


def taxes(found: Iterable[Cost]) -> dict[str, tuple[Decimal, Decimal]]:
    """Tax code -> what is taxed, and the tax."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for cost in found:
        for tax in cost.taxes:
            base, amount = sums.get(tax.code, (_NOTHING, _NOTHING))
            sums[tax.code] = (base + cost.amount, amount + tax.amount)
    return sums


def _costs(invoice: Invoice, finder: Finder) -> Iterator[Cost]:
    header = invoice.document.request_header
    for line in invoice.document.line_item:
        for allocation in line.allocation or (_WHOLE_LINE,):
            for journal in allocation.journal or (_UNSAID,):
                taxed = tuple(
                    Tax(code=_code(tax), amount=_clean(tax.amount_tax, header.currency_alpha_code))
                    for tax in journal.tax
                    if tax.amount_tax
                )
                tax = sum((one.amount for one in taxed), start=_NOTHING)
                yield Cost(
                    line=line,
                    account=journal.account_code or allocation.allocation_account_code,
                    objects=finder(header, line, allocation, journal),
                    amount=_amount(line, allocation, journal, tax),
                    taxes=taxed,
                )


def _amount(line: InvoiceLine, allocation: InvoiceAllocation, journal: InvoiceJournal, tax: Decimal) -> Decimal:
    if journal.amount_gross is None and journal.amount_net is None:
        share = allocation.allocation_percentage
        with localcontext(prec=_EXACT):
            product = line.line_item_quantity * line.line_item_unit_price
            return product if share is None else product * share / _WHOLE
    if journal.amount_gross is None:
        return (journal.amount_net or _NOTHING) + journal.amount_shipping
    cost = journal.amount_gross - tax
    # whether net includes shipping is not documented: both are one cost, but no third figure is
    if journal.amount_net is not None and journal.amount_net not in (cost, cost - journal.amount_shipping):
        raise _Wrong(
            "amounts_do_not_add_up",
            f"an allocation of line {_number(line)} is {journal.amount_gross:f} gross with {tax:f} tax and "
            f"{journal.amount_shipping:f} shipping, but {journal.amount_net:f} net.",
        )
    return cost


def _clean(amount: Decimal, currency: str) -> Decimal:
    exact = in_cents(amount, currency)
    return amount if exact is None else exact


def _code(tax: InvoiceTax) -> str:
    return tax.tax_code or tax.tax_reclaim_code or tax.non_domestic_code or tax.tax_authority_label


def _exact(found: Sequence[Cost], currency: str) -> list[Cost]:
    """The costs in whole cents: what was divided among allocations, or a tax among them, is exact as a whole."""
    amounts = _shared([(cost.line, cost.amount) for cost in found], currency)
    taxed = [(tax.code, cost.line, tax.amount) for cost in found for tax in cost.taxes]
    shares: dict[str, Iterator[Decimal]] = {
        code: iter(_shared([(line, amount) for of, line, amount in taxed if of == code], currency))
        for code in dict.fromkeys(code for code, _, _ in taxed)
    }
    return [
        replace(cost, amount=amount, taxes=tuple(replace(tax, amount=next(shares[tax.code])) for tax in cost.taxes))
        for cost, amount in zip(found, amounts, strict=True)
    ]


def _shared(parts: Sequence[tuple[InvoiceLine, Decimal]], currency: str) -> list[Decimal]:
    shares = shared_out([amount for _, amount in parts], currency)
    if shares is None:
        line, amount = next((line, amount) for line, amount in parts if in_cents(amount, currency) is None)
        shown = spelled(round(amount, 12), currency)
        raise _Wrong("amount_too_fine", f"{shown} on line {_number(line)} is finer than {currency} has decimals.")
    return shares


def _check_signs(found: Iterable[Cost]) -> None:
    """Raise _Wrong where quantity and price say that something is bought and its allocations that it goes back."""
    for _, group in groupby(found, key=lambda cost: id(cost.line)):
        costs_of_line = list(group)
        line, amount = costs_of_line[0].line, sum((cost.amount for cost in costs_of_line), start=_NOTHING)
        quantity, price = line.line_item_quantity, line.line_item_unit_price
        if quantity * price * amount < 0:
            raise _Wrong(
                "signs_contradict",
                f"line {_number(line)} is {quantity:f} at {price:f}, but its allocations come to {amount:f}.",
            )


def _number(line: InvoiceLine) -> str:
    return line.line_item_sequence_order or "without number"
