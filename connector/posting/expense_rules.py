"""From Concur's journal rows to the lines of a balanced journal entry, still in Concur's own codes.

    COMP pays P       debit the row's account with what the expense costs, and each tax with what of it is reclaimed;
                      credit P with the gross amount
    P pays COMP       the same with the sides turned: a rebate, or a personal item P owes back (amounts come negative)
    P pays Q          debit P, credit Q with the gross amount; turned where that is negative
    cash advance      debit the employee, credit the advance's clearing account with what the report used up (negative)

The sign of an amount, who pays whom and the amounts beside it must say the same: where they do not, nothing is posted.

A row without an account takes the entry's clearing account. What an entry says of its payment (``reportEntryPatKey``,
``offsetPayType``, ``entryIsPersonal``) changes nothing: the rows say it all, and items that are nobody's business here,
such as personal ones on a card the employee pays, have no row. Source: SAP's documentation of the service.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.domain.money import spelled
from connector.domain.outcome import Bury
from connector.posting.rounding import in_cents, shared_out
from connector.systems.concur.documents.expenses import COMPANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from connector.posting.cost_objects import CostObjects, Finder
    from connector.systems.concur.documents.expenses import Allocation, CashAdvanceApplication, Entry, Expenses, Journal

EMPLOYEE = "EMPL"

_IN_CONCUR = "Have the report recalled and corrected in Concur; its next revision comes by itself."


class PlaceKind(StrEnum):
    """What a place is named by."""

    ACCOUNT = "account"  # Concur's account code
    TAX = "tax"  # Concur's tax code
    PARTY = "party"  # EMPL, IBCP, CBCP, COPD or another card programme


@dataclass(frozen=True, kw_only=True)
class PostingPlace:
    """Where an amount is posted, in Concur's words."""

    kind: PlaceKind
    code: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line; ``amount`` is positive in debit and negative in credit."""

    place: PostingPlace
    amount: Decimal
    #: None on lines of the balance sheet
    objects: CostObjects | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a customer may choose."""

    objects: Finder
    #: the account for tax nobody gives back; empty: it stays in the expense
    lost_tax_account: str = ""


class _Wrong(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def journal(document: Expenses, rules: Rules, *, label: str) -> tuple[Line, ...] | Bury:
    """All lines of a report, balanced to the cent; or what is wrong with it. ``label`` is the report for a person."""
    currency = document.report.employee_currency_alpha_code
    try:
        lines = [
            line
            for entry in document.expense_entry
            for allocation in entry.allocation
            for line in _allocation(document, entry, allocation, rules)
        ]
        lines += (line for used in document.cash_advance_application for line in _advance(used))
        lines = _exact(lines, currency)
    except _Wrong as wrong:
        return Bury(code=wrong.code, reason=f"{wrong.reason} This is {label}.", suggestion=_IN_CONCUR)
    return unbalanced(lines, currency, label=label) or tuple(gathered(lines))


def unbalanced(lines: Iterable[Line], currency: str, *, label: str) -> Bury | None:
    """A dead letter with both figures when debits and credits differ; None when they are equal."""
    amounts = [line.amount for line in lines]
    debit = sum((amount for amount in amounts if amount > 0), start=Decimal(0))
    credit = -sum((amount for amount in amounts if amount < 0), start=Decimal(0))
    if debit == credit:
        return None
    return Bury(
        code="journal_does_not_balance",
        reason=f"The journal of {label} does not balance: debits are {spelled(debit, currency)}, "
        f"credits {spelled(credit, currency)}.",
        suggestion=_IN_CONCUR,
    )


def _allocation(document: Expenses, entry: Entry, allocation: Allocation, rules: Rules) -> Iterator[Line]:
    for row in allocation.journal:
        if row.journal_payer == row.journal_payee:
            who = f"{row.journal_payer} pays itself"
            raise _Wrong("journal_row_unclear", f"In the entry {_name(entry)} {who}; nobody can post that.")
        _check_signs(entry, row)
        if COMPANY in (row.journal_payer, row.journal_payee):
            yield from _row(document, entry, allocation, row, rules)
        else:
            yield Line(place=_party(row.journal_payer), amount=row.amount_gross)
            yield Line(place=_party(row.journal_payee), amount=-row.amount_gross)
    yield from _taxes(entry, allocation)


def _check_signs(entry: Entry, row: Journal) -> None:
    """Raise _Wrong when an amount of a row says that money flows back, and another, or who pays whom, does not."""
    gross = row.amount_gross
    if row.journal_payee == COMPANY and gross > 0:
        raise _Wrong(
            "signs_contradict",
            f"In the entry {_name(entry)} {row.journal_payer} pays {COMPANY}, which Concur writes with a "
            f"negative amount, but the amount is {gross:f}.",
        )
    for label, amount in (("net of reclaim", row.amount_net_of_reclaim), ("net of tax", row.amount_net_of_tax)):
        if amount is not None and amount * gross < 0:
            raise _Wrong(
                "signs_contradict",
                f"In the entry {_name(entry)} an amount is {gross:f} gross and {amount:f} {label}: one is to be paid, "
                "the other flows back.",
            )


def _row(document: Expenses, entry: Entry, allocation: Allocation, row: Journal, rules: Rules) -> Iterator[Line]:
    """One row between the company and somebody, without its reclaimed taxes."""
    account = row.journal_account_code or entry.clearing_account_code
    if not account:
        raise _Wrong("account_missing", f"The entry {_name(entry)} has a journal row without any account.")
    party = _party(row.journal_payer if row.journal_payee == COMPANY else row.journal_payee)
    cost = _towards_party(row, _cost(allocation, row))
    lost = cost - _towards_party(row, row.amount_net_of_tax) if row.amount_net_of_tax is not None else Decimal(0)
    separate = rules.lost_tax_account if lost * cost > 0 else ""
    objects = rules.objects(document.report, entry, allocation, row)
    costs = objects if account != entry.clearing_account_code else None
    text = entry.expense_type_name or entry.expense_type_code
    yield Line(
        place=PostingPlace(kind=PlaceKind.ACCOUNT, code=account),
        amount=cost - lost if separate else cost,
        objects=costs,
        text=text,
    )
    if separate:
        yield Line(place=PostingPlace(kind=PlaceKind.ACCOUNT, code=separate), amount=lost, objects=objects, text=text)
    yield Line(place=party, amount=-_towards_party(row, row.amount_gross))


def _taxes(entry: Entry, allocation: Allocation) -> Iterator[Line]:
    """What is reclaimed; the taxes of rows that flow back flow back."""
    for tax in allocation.tax:
        if not tax.amount_reclaim:
            continue
        code = tax.tax_code or tax.tax_reclaim_code or tax.non_domestic_code or tax.tax_authority_label
        if not code:
            raise _Wrong("tax_code_missing", f"The entry {_name(entry)} reclaims a tax that has no code.")
        if tax.amount_tax * tax.amount_reclaim < 0:
            raise _Wrong(
                "signs_contradict",
                f"In the entry {_name(entry)} a tax {code} of {tax.amount_tax:f} is reclaimed with "
                f"{tax.amount_reclaim:f}: one is to be paid, the other flows back.",
            )
        rows = [row for row in allocation.journal if tax.tax_guid and tax.tax_guid in row.tax_guid]
        back = all(_flows_back(row) for row in rows or allocation.journal)
        amount = -abs(tax.amount_reclaim) if back else tax.amount_reclaim
        text = entry.expense_type_name or entry.expense_type_code
        yield Line(place=PostingPlace(kind=PlaceKind.TAX, code=code), amount=amount, text=text)


def _cost(allocation: Allocation, row: Journal) -> Decimal:
    """What the row costs once taxes are reclaimed; a row that does not say is its gross less its taxes."""
    if row.amount_net_of_reclaim is not None:
        return row.amount_net_of_reclaim
    alone = len(allocation.journal) == 1
    taxes = [tax.amount_reclaim for tax in allocation.tax if alone or (tax.tax_guid and tax.tax_guid in row.tax_guid)]
    reclaimed = sum((abs(tax) for tax in taxes), start=Decimal(0))
    return row.amount_gross - (reclaimed if row.amount_gross > 0 else -reclaimed)


def _towards_party(row: Journal, amount: Decimal) -> Decimal:
    """The amount as the company owes it: negative where it is the company that gets it."""
    return -abs(amount) if row.journal_payee == COMPANY else amount


def _flows_back(row: Journal) -> bool:
    return row.journal_payee == COMPANY or row.amount_gross < 0


def _advance(used: CashAdvanceApplication) -> Iterator[Line]:
    clearing = used.cash_advance_clearing_account_code
    if not clearing:
        raise _Wrong("account_missing", "A cash advance used up by the report has no clearing account.")
    amount = -used.cash_advance_application_amount
    if amount < 0:
        raise _Wrong(
            "signs_contradict",
            f"The report uses up {-amount:f} of a cash advance, which Concur writes with a negative amount; "
            "a positive one would be paid out.",
        )
    yield Line(place=_party(EMPLOYEE), amount=amount)
    yield Line(place=PostingPlace(kind=PlaceKind.ACCOUNT, code=clearing), amount=-amount)


def _party(code: str) -> PostingPlace:
    return PostingPlace(kind=PlaceKind.PARTY, code=code)


def _exact(lines: Sequence[Line], currency: str) -> list[Line]:
    """The lines in whole cents: what was divided among accounts, taxes of one code, or entries of one party."""
    groups: dict[object, list[int]] = {}
    for place, line in enumerate(lines):
        groups.setdefault(PlaceKind.ACCOUNT if line.place.kind is PlaceKind.ACCOUNT else line.place, []).append(place)
    found = list(lines)
    for places in groups.values():
        shares = shared_out([lines[place].amount for place in places], currency)
        if shares is None:
            finer = next(amount for place in places if in_cents(amount := lines[place].amount, currency) is None)
            raise _Wrong("amount_too_fine", f"{spelled(finer, currency)} is finer than {currency} has decimals.")
        for place, share in zip(places, shares, strict=True):
            found[place] = replace(lines[place], amount=share)
    return found


def gathered(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines without lines of nothing; what goes to one party on one side is one line, at the end."""
    parties: dict[tuple[PostingPlace, bool], Decimal] = {}
    for line in lines:
        if not line.amount:
            continue
        if line.place.kind is not PlaceKind.PARTY:
            yield line
            continue
        key = (line.place, line.amount > 0)
        parties[key] = parties.get(key, Decimal(0)) + line.amount
    for (place, _), amount in parties.items():
        yield Line(place=place, amount=amount)


def _name(entry: Entry) -> str:
    kind = entry.expense_type_name or entry.expense_type_code or entry.entry_id or "without name"
    return f'"{kind[:60]}"' + (f" of {entry.entry_date.isoformat()}" if entry.entry_date else "")
