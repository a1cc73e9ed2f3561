"""Journal entries of the simulated QAD."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from sandbox.qad.documents import Payment


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryLine:
    """One line of a journal entry; a line about a supplier may do without an account."""

    account: str
    sub_account: str
    cost_centre: str
    project: str
    currency: str
    debit: Decimal
    credit: Decimal
    text: str
    supplier: str
    party_type: str
    party: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A journal entry. ``reference``, ``key`` and ``correlation`` are custom fields: whatever the client put there."""

    entity: str
    daybook: str
    year: int
    voucher: int
    posted_on: date
    text: str
    reference: str
    key: str
    correlation: str
    currency: str
    modified: datetime
    lines: tuple[EntryLine, ...]
    payments: tuple[Payment, ...] = ()

    @property
    def debit(self) -> Decimal:
        """The sum of its debits."""
        return sum((line.debit for line in self.lines), Decimal(0))

    @property
    def employee(self) -> str:
        """The employee it owes to, if there is one."""
        return next((line.party for line in self.lines if line.party_type == "employee"), "")

    @property
    def owed(self) -> Decimal:
        """What it owes to that employee, or without one to all parties."""
        about = [line for line in self.lines if line.party_type == ("employee" if self.employee else line.party_type)]
        owed = (line.credit - line.debit for line in about if line.party or line.supplier)
        return sum(owed, Decimal(0))
