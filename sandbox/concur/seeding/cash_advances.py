"""Cash advances that are to be paid out, as Financial Integration sends them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.concur.seeding.conventions import ADVANCES_ACCOUNT, COST_CENTRE_FIELD
from sandbox.concur.seeding.expense_document import stamp
from sandbox.concur.seeding.money import short

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sandbox.concur.seeding.people import Employee


def cash_advance_document(employee: Employee, advance_id: str, amount: Decimal, on: date) -> dict[str, Any]:
    """Write a cash advance; every second one names its account only in the journal, as SAP's sample does."""
    account = ADVANCES_ACCOUNT if int(advance_id[-1], 16) % 2 else None
    return {
        "employeeData": {
            "employeeId": employee.employee_id,
            "employeeFirstName": employee.first,
            "employeeLastName": employee.last,
            "employeeMI": None,
            f"employee{COST_CENTRE_FIELD}": employee.cost_centre,
        },
        "cashAdvanceData": {
            "cashAdvanceId": advance_id,
            "name": "Trip",
            "purpose": "Business",
            "requestAmount": short(amount),
            "requestDate": stamp(on),
            "issuedDate": stamp(on),
            "currencyAlphaCode": employee.currency,
            "employeeCurrencyAlphaCode": employee.currency,
            "exchangeRate": 1,
            "clearingAccountCode": account,
            "paymentMethod": 0,
            "transactionType": 1,
            "expensePayIndicator": "N",
            "countryCode": None,
            "isTest": "N",
        },
        "journalData": [
            {
                "amount": short(amount),
                "payer": "COMP",
                "payee": "EMPL",
                "accountCode": ADVANCES_ACCOUNT,
                "debitOrCredit": "DR",
                "paymentCode": "Cash",
            }
        ],
    }


def given_back(content: Mapping[str, Any], amount: Decimal | None) -> dict[str, Any]:
    """Write what comes back of a cash advance, or all of it: the same advance, its row negative and in credit."""
    advance, row = content["cashAdvanceData"], content["journalData"][0]
    back = Decimal(row["amount"]) if amount is None else amount
    return {
        **content,
        "cashAdvanceData": {**advance, "requestAmount": short(-back)},
        "journalData": [
            {**row, "amount": short(-back), "payer": row["payee"], "payee": row["payer"], "debitOrCredit": "CR"}
        ],
    }


def less(expected: Mapping[str, Any] | None, content: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the ledger should show of what came back: the totals of the advance, as much as came back, turned."""
    if expected is None:
        return None
    back = Decimal(content["journalData"][0]["amount"])

    def turned(totals: Mapping[str, str]) -> dict[str, str]:
        return {name: str(back if Decimal(value) > 0 else -back) for name, value in totals.items()}

    return {**expected, "totals": turned(expected["totals"]), "cost_objects": turned(expected["cost_objects"])}
