"""Cash advances: money given to an employee before the expenses are known."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator

from connector.domain import summary
from connector.domain.money import rounded
from connector.domain.summary import Summary
from connector.reading import fields
from connector.reading.field_types import Code, Currency, Key, Prose
from connector.systems.concur.documents.document import Employee, FinancialDocument, Level, Part
from connector.systems.concur.documents.fields import Amount, AmountOrNone, Day, Flag, Rows

if TYPE_CHECKING:
    import datetime as dt


class Side(StrEnum):
    """The side of the journal the row's account stands on."""

    DEBIT = "DR"
    CREDIT = "CR"


class AdvanceJournal(Part):
    """One row: ``account_code`` on its side, the party that is not COMP on the other.

    Sign, side, payer and payee each say which side that is (see ``advance_rules``).
    """

    amount: Amount
    account_code: Code = ""
    payer: Key
    payee: Key
    debit_or_credit: Annotated[Side | None, BeforeValidator(fields.or_default(fields.one_of(Side), default=None))] = (
        None
    )


class Advance(Level):
    """The header. ``request_amount`` is in ``currency_alpha_code``, the currency the money is handed out in."""

    cash_advance_id: Code = ""
    name: Prose = ""
    ledger_code: Code = ""
    clearing_account_code: Code = ""
    request_amount: AmountOrNone = None
    exchange_rate: AmountOrNone = None
    currency_alpha_code: Annotated[str, BeforeValidator(fields.or_default(fields.currency, default=""))] = ""
    employee_currency_alpha_code: Currency
    issued_date: Day = None
    request_date: Day = None
    is_test: Flag = False


class Advances(Part):
    """SAP's cash advance document."""

    employee_data: Employee
    cash_advance_data: Advance
    journal_data: Rows[AdvanceJournal] = ()


class CashAdvance(FinancialDocument):
    """A cash advance with its header."""

    TITLE: ClassVar[str] = summary.CASH_ADVANCE

    document: Advances

    @property
    def posting_day(self) -> dt.date | None:
        """The day it was issued."""
        return self.document.cash_advance_data.issued_date or self.document.cash_advance_data.request_date

    @property
    def total(self) -> Decimal:
        """What the rows hand out, in the currency of the rows."""
        return sum((row.amount for row in self.document.journal_data), start=Decimal(0))

    def summarised(self) -> Summary:
        """The advance, its employee by id, and what was asked for."""
        data = self.document.cash_advance_data
        own = data.currency_alpha_code or data.employee_currency_alpha_code
        return Summary(
            kind=self.TITLE,
            number=data.cash_advance_id or self.source_key,
            party=summary.employee(self.document.employee_data.employee_id),
            date=self.posting_day,
            amount=rounded(self.total if data.request_amount is None else data.request_amount, own),
            currency=own,
        )
