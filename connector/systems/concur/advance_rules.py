"""From the journal rows of a cash advance to balanced lines, still in Concur's own codes.

The row's account, or the advance's clearing account where it names none, stands on the row's own side, the party that
is not COMP on the other (seen in SAP's own document; that CR is money that came back is assumed).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.money import decimals, spelled
from connector.domain.outcome import Bury
from connector.systems.concur.documents_cash_advance import Side
from connector.systems.concur.posting_rules import COMPANY, Kind, Line, Place, gathered, in_cents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.systems.concur.documents_cash_advance import AdvanceJournal, Advances

_IN_CONCUR = "Have it corrected in Concur; the corrected cash advance comes by itself."


def journal(document: Advances, *, called: str) -> tuple[Line, ...] | Bury:
    """All lines of a cash advance, balanced to the cent; or what is wrong with it."""
    money = currency(document)
    if not money:
        return _unclear(document, called)
    lines: list[Line] = []
    for row in document.journal_data:
        amount = in_cents(row.amount, money)
        account = row.account_code or document.cash_advance_data.clearing_account_code
        parties = {row.payer, row.payee} - {COMPANY}
        if amount is None:
            why = f"has an amount of {spelled(row.amount, money)}, finer than {money} has decimals"
            return Bury(code="amount_too_fine", reason=f"{_capital(called)} {why}.", suggestion=_IN_CONCUR)
        if not account:
            why = "has a journal row without any account"
            return Bury(code="account_missing", reason=f"{_capital(called)} {why}.", suggestion=_IN_CONCUR)
        if len(parties) != 1 or COMPANY not in (row.payer, row.payee):
            why = f"has a journal row in which {row.payer} pays {row.payee}; nobody can post that"
            return Bury(code="journal_row_unclear", reason=f"{_capital(called)} {why}.", suggestion=_IN_CONCUR)
        lines += _row(row, account, parties.pop(), abs(amount))
    return tuple(gathered(lines))


def currency(document: Advances) -> str:
    """The currency of the rows; empty when nobody can tell.

    The employee's, unless the rows add up to what was asked for in another one.
    """
    data = document.cash_advance_data
    asked, own = data.currency_alpha_code, data.employee_currency_alpha_code
    if asked in ("", own) or data.request_amount is None:
        return own
    total = abs(sum((row.amount for row in document.journal_data), start=Decimal(0)))
    converted = round(data.request_amount * (data.exchange_rate or Decimal(0)), decimals(own))
    if total == converted:
        return own
    return asked if total == data.request_amount else ""


def _row(row: AdvanceJournal, account: str, party: str, amount: Decimal) -> Iterator[Line]:
    signed = amount if row.debit_or_credit is Side.DEBIT else -amount
    yield Line(place=Place(kind=Kind.ACCOUNT, code=account), amount=signed)
    yield Line(place=Place(kind=Kind.PARTY, code=party), amount=-signed)


def _unclear(document: Advances, called: str) -> Bury:
    data = document.cash_advance_data
    return Bury(
        code="currency_unclear",
        reason=f"The rows of {called} are neither what was asked for in {data.currency_alpha_code} nor that in "
        f"{data.employee_currency_alpha_code}; nobody can tell their currency.",
        suggestion=_IN_CONCUR,
    )


def _capital(called: str) -> str:
    return called[0].upper() + called[1:]
