"""The truth behind an expense report: who spent what, who paid, and what the tax office gives back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from sandbox.concur.seeding.conventions import ExpenseType
    from sandbox.concur.seeding.people import Employee

Payee = Literal["EMPL", "IBCP", "CBCP", "COPD"]
CASH: Payee = "EMPL"


@dataclass(frozen=True, kw_only=True)
class Tax:
    """One tax within an amount, and how much of it comes back."""

    code: str
    authority: str
    amount: Decimal
    reclaim: Decimal


@dataclass(frozen=True, kw_only=True)
class Split:
    """One share of a spend; ``gross`` includes the taxes. Blank codes stand at the entry, or nowhere."""

    percentage: Decimal
    gross: Decimal
    cost_centre: str
    project: str
    taxes: tuple[Tax, ...] = ()

    @property
    def reclaim(self) -> Decimal:
        """What the tax office gives back."""
        return sum((one.reclaim for one in self.taxes), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """All tax in it."""
        return sum((one.amount for one in self.taxes), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Spend:
    """One line of a report: the company owes ``payee``, or (negative: a rebate) gets back from it.

    ``personal``: the company pays the card, and the employee owes it to the company. ``coded_on_entry``: the cost
    objects stand at the entry and not at its splits. ``currency`` and ``spent`` are what the receipt says.
    """

    kind: ExpenseType
    payee: Payee
    on: date
    splits: tuple[Split, ...]
    currency: str
    spent: Decimal
    rate: Decimal = Decimal(1)
    divides: bool = False
    personal: bool = False
    offset: bool = False
    coded_on_entry: bool = False
    miles: int = 0

    @property
    def gross(self) -> Decimal:
        """The whole amount in the currency in which the employee is paid back."""
        return sum((one.gross for one in self.splits), Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Report:
    """One expense report; ``advances`` is what of earlier cash advances is used up or given back with it."""

    number: int
    report_id: str
    employee: Employee
    submitted: date
    processed: date
    spends: tuple[Spend, ...]
    advances: tuple[Decimal, ...] = ()
    returned: Decimal = Decimal(0)

    @property
    def approved(self) -> Decimal:
        """What of it is business."""
        return sum((one.gross for one in self.spends if not one.personal), Decimal(0))
