"""What an invoice's lines and allocations cost, without and with their tax, in Concur's own codes and exact amounts.

An allocation's cost is its gross less its tax, so that shipping goes where the goods go. The tax of an invoice is never
reclaimed on its way: the whole of it is the supplier's. Where an allocation has no figures of its own, its share of
quantity times price is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from connector.domain.money import spelled
from connector.domain.outcome import Bury
from connector.systems.concur.documents_invoice import InvoiceAllocation, InvoiceJournal
from connector.systems.concur.posting_rules import in_cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connector.systems.concur.cost_objects import CostObjects, Finder
    from connector.systems.concur.documents_invoice import Invoice, InvoiceLine, InvoiceTax

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


def costs(invoice: Invoice, finder: Finder, *, called: str) -> tuple[Cost, ...] | Bury:
    """The cost of every allocation, to the cent; or what is wrong with it."""
    try:
        return tuple(_costs(invoice, finder))
    except _Wrong as wrong:
        return Bury(code=wrong.code, reason=f"{called}: {wrong.reason}", suggestion=IN_CONCUR)


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
                taxed = tuple(_tax(tax, line, header.currency_alpha_code) for tax in journal.tax if tax.amount_tax)
                tax = sum((one.amount for one in taxed), start=_NOTHING)
                yield Cost(
                    line=line,
                    account=journal.account_code or allocation.allocation_account_code,
                    objects=finder(header, line, allocation, journal),
                    amount=_exact(_amount(line, allocation, journal, tax), line, header.currency_alpha_code),
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


def _tax(tax: InvoiceTax, line: InvoiceLine, currency: str) -> Tax:
    code = tax.tax_code or tax.tax_reclaim_code or tax.non_domestic_code or tax.tax_authority_label
    return Tax(code=code, amount=_exact(tax.amount_tax, line, currency))


def _exact(amount: Decimal, line: InvoiceLine, currency: str) -> Decimal:
    rounded = in_cents(amount, currency)
    if rounded is None:
        shown = spelled(round(amount, 12), currency)
        raise _Wrong("amount_too_fine", f"{shown} on line {_number(line)} is finer than {currency} has decimals.")
    return rounded


def _number(line: InvoiceLine) -> str:
    return line.line_item_sequence_order or "without number"
