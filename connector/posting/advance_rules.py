"""From the journal rows of a cash advance to balanced lines, still in Concur's own codes.

The row's account, or the advance's clearing account where it names none, is debited with what COMP pays out, and the
party that is not COMP credited (seen in SAP's own document). Money came back where the amount is negative or COMP gets
it: then the sides are turned, and a side that is named must be CR (assumed). Where they contradict each other, nothing
is posted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.money import decimals, spelled
from connector.domain.outcome import Bury
from connector.domain.sentence import capital
from connector.posting.expense_rules import Line, PlaceKind, PostingPlace, gathered
from connector.posting.rounding import in_cents, shared_out
from connector.systems.concur.documents.cash_advances import Side
from connector.systems.concur.documents.expenses import COMPANY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.systems.concur.documents.cash_advances import AdvanceJournal, Advances

_IN_CONCUR = "Have it corrected in Concur; the corrected cash advance comes by itself."


def journal(document: Advances, *, label: str) -> tuple[Line, ...] | Bury:
    """All lines of a cash advance, balanced to the cent; or what is wrong with it."""
    money = currency(document)
    if not money:
        return _unclear(document, label)
    rows = document.journal_data
    amounts = shared_out([row.amount for row in rows], money)
    if amounts is None:
        finer = next(row.amount for row in rows if in_cents(row.amount, money) is None)
        why = f"has an amount of {spelled(finer, money)}, finer than {money} has decimals"
        return Bury(code="amount_too_fine", reason=f"{capital(label)} {why}.", suggestion=_IN_CONCUR)
    lines: list[Line] = []
    for row, amount in zip(rows, amounts, strict=True):
        account = row.account_code or document.cash_advance_data.clearing_account_code
        parties = {row.payer, row.payee} - {COMPANY}
        if not account:
            why = "has a journal row without any account"
            return Bury(code="account_missing", reason=f"{capital(label)} {why}.", suggestion=_IN_CONCUR)
        if len(parties) != 1 or COMPANY not in (row.payer, row.payee):
            why = f"has a journal row in which {row.payer} pays {row.payee}; nobody can post that"
            return Bury(code="journal_row_unclear", reason=f"{capital(label)} {why}.", suggestion=_IN_CONCUR)
        if why := _contradiction(row, amount):
            return Bury(code="signs_contradict", reason=f"{capital(label)} {why}.", suggestion=_IN_CONCUR)
        lines += _row(account, parties.pop(), -abs(amount) if _comes_back(row) else amount)
    return tuple(gathered(lines))


def currency(document: Advances) -> str:
    """The currency of the rows; empty when nobody can tell.

    The employee's, unless the rows add up to what was asked for in another one.
    """
    data = document.cash_advance_data
    asked, own = data.currency_alpha_code, data.employee_currency_alpha_code
    if asked in ("", own) or data.request_amount is None:
        return own
    total, wanted = abs(sum((row.amount for row in document.journal_data), start=Decimal(0))), abs(data.request_amount)
    if total == round(wanted * (data.exchange_rate or Decimal(0)), decimals(own)):
        return own
    return asked if total == wanted else ""


def _comes_back(row: AdvanceJournal) -> bool:
    return row.amount < 0 or row.payee == COMPANY


def _contradiction(row: AdvanceJournal, amount: Decimal) -> str:
    """How sign, side, payer and payee contradict each other; empty when they agree."""
    back, side = _comes_back(row), row.debit_or_credit
    pays = f"in which {row.payer} pays {row.payee} {amount:f}"
    if side is not None and (side is Side.CREDIT) is not back:
        return (
            f"has a journal row {pays}, so the money {'comes back' if back else 'is paid out'}, but its side is {side}"
        )
    if side is None and row.payee == COMPANY and amount > 0:
        return f"has a journal row without side {pays}: {COMPANY} gets it, and what comes back is negative in Concur"
    return ""


def _row(account: str, party: str, amount: Decimal) -> Iterator[Line]:
    yield Line(place=PostingPlace(kind=PlaceKind.ACCOUNT, code=account), amount=amount)
    yield Line(place=PostingPlace(kind=PlaceKind.PARTY, code=party), amount=-amount)


def _unclear(document: Advances, label: str) -> Bury:
    data = document.cash_advance_data
    return Bury(
        code="currency_unclear",
        reason=f"The rows of {label} are neither what was asked for in {data.currency_alpha_code} nor that in "
        f"{data.employee_currency_alpha_code}; nobody can tell their currency.",
        suggestion=_IN_CONCUR,
    )
