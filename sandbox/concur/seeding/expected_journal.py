"""What the ledger should show for an expense report or cash advance, reckoned from the truth and from no document."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.concur.seeding.conventions import ADVANCES_ACCOUNT

if TYPE_CHECKING:
    from sandbox.concur.seeding.people import Employee
    from sandbox.concur.seeding.report import Report


class Totals:
    """Debit less credit, by account, tax code and payee, and by account with its cost objects."""

    def __init__(self) -> None:
        self._totals: dict[str, Decimal] = defaultdict(Decimal)
        self._objects: dict[str, Decimal] = defaultdict(Decimal)

    def account(self, code: str, amount: Decimal, cost_centre: str = "", project: str = "") -> None:
        """Debit (or, negative, credit) an account."""
        self._totals[f"account|{code}"] += amount
        self._objects[f"{code}|{cost_centre}|{project}"] += amount

    def tax(self, code: str, amount: Decimal) -> None:
        """Debit the account of a tax code."""
        self._totals[f"tax|{code}"] += amount

    def payee(self, code: str, amount: Decimal) -> None:
        """Debit (or, negative, credit) a payee."""
        self._totals[f"payee|{code}"] += amount

    def as_json(self, employee: Employee) -> dict[str, Any]:
        """Return the parts of an expected journal that are the same for all."""
        return {
            "employee": employee.employee_id,
            "currency": employee.currency,
            "ledger": employee.ledger,
            "totals": {key: str(value) for key, value in self._totals.items() if value},
            "cost_objects": {key: str(value) for key, value in self._objects.items() if value},
        }


def expected_expense(report: Report) -> dict[str, Any]:
    """Balance a report: what was bought and reclaimed is debited, whoever paid is credited."""
    totals = Totals()
    for spend in report.spends:
        totals.payee(spend.payee, -spend.gross)
        if spend.personal:
            totals.payee("EMPL", spend.gross)
            continue
        for split in spend.splits:
            for tax in split.taxes:
                if tax.reclaim:
                    totals.tax(tax.code, tax.reclaim)
            totals.account(spend.kind.account, split.gross - split.reclaim, split.cost_centre, split.project)
    for advance in report.advances:
        totals.payee("EMPL", advance)
        totals.account(ADVANCES_ACCOUNT, -advance)
    return {"report": report.report_id, **totals.as_json(report.employee)}


def expected_advance(employee: Employee, advance_id: str, amount: Decimal) -> dict[str, Any]:
    """Balance a cash advance: the employee is to get money for which nothing has been bought yet."""
    totals = Totals()
    totals.account(ADVANCES_ACCOUNT, amount)
    totals.payee("EMPL", -amount)
    return {"cash_advance": advance_id, **totals.as_json(employee)}
