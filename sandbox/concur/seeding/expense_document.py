"""Writing an expense report as Financial Integration sends it. Field names and values follow SAP's own documents."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.seeding.conventions import (
    ADVANCES_ACCOUNT,
    CLEARING_ACCOUNT,
    COST_CENTRE_FIELD,
    PROJECT_FIELD,
)
from sandbox.concur.seeding.money import short
from sandbox.concur.seeding.report import CASH

if TYPE_CHECKING:
    from sandbox.concur.seeding.people import Employee
    from sandbox.concur.seeding.report import Report, Spend, Split, Tax

_CARD: Final = {"IBCP": "AX", "CBCP": "VI", "COPD": None}
_CUSTOMS: Final = 6


def guid(*parts: object) -> str:
    """Make the 32 capital hexadecimal digits of an id inside a document."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32].upper()


def stamp(day: date) -> str:
    """Write a day as these documents do."""
    return f"{datetime(day.year, day.month, day.day):%Y-%m-%dT%H:%M:%S}.000Z"  # noqa: DTZ001  a day has no zone


def expense_document(report: Report) -> dict[str, Any]:
    """Write the first revision."""
    employee = report.employee
    return {
        "employee": {
            "employeeId": employee.employee_id,
            "employeeFirstName": employee.first,
            "employeeLastName": employee.last,
            "employeeMI": None,
            **_customs("employee", employee.cost_centre, ""),
            "employeeOrgUnit1Code": None,
            "employeeOrgUnit1Value": None,
        },
        "report": _report(report, employee),
        "expenseEntry": [_entry(report, place, one) for place, one in enumerate(report.spends, start=1)],
        "cashAdvanceApplication": [
            {
                "cashAdvanceId": guid(report.report_id, "advance"),
                "cashAdvanceApplicationAmount": short(-advance),
                "cashAdvanceTransactionType": 2,
                "cashAdvanceClearingAccountCode": ADVANCES_ACCOUNT,
            }
            for advance in report.advances
        ],
    }


def _report(report: Report, employee: Employee) -> dict[str, Any]:
    return {
        "reportId": report.report_id,
        "reportKey": 5000 + report.number,
        "reportName": f"Trip {report.number + 1} {report.submitted:%B}",
        "revisionNumber": "1",
        "versionId": "4",
        "isTest": "N",
        "ledgerCode": employee.ledger,
        "employeeCurrencyAlphaCode": employee.currency,
        "totalApprovedAmount": short(report.approved),
        "cashAdvanceReturnsAmount": short(report.returned),
        "homeCountryCode": employee.country,
        "payrollPayIndicator": "N",
        "requestId": [],
        "reportStartDate": None,
        "reportEndDate": None,
        "reportCreationDate": stamp(report.submitted),
        "reportSubmitDate": stamp(report.submitted),
        "reportUserDefinedDate": stamp(report.submitted),
        "reportPaymentProcessingDate": stamp(report.processed),
        **_customs("report", "", ""),
    }


def _entry(report: Report, place: int, spend: Spend) -> dict[str, Any]:
    entry_id = guid(report.report_id, place)
    by_card = spend.payee != CASH
    first = spend.splits[0]
    return {
        "entryId": entry_id,
        "legacyEntryId": report.number * 100 + place,
        "expenseTypeCode": spend.kind.code,
        "expenseTypeName": spend.kind.name,
        "entryDate": stamp(spend.on),
        "entryDescription": None,
        "entryVendorCode": None,
        "entryVendorDescription": None,
        "entryApprovedAmount": short(Decimal(0) if spend.personal else spend.gross),
        "reportEntryTransactionAmount": short(spend.spent),
        "entryCurrAlphaCode": spend.currency,
        "entryExchangeRate": short(spend.rate),
        "entryExchangeRateDirection": "D" if spend.divides else "M",
        "entryIsPersonal": "Y" if spend.personal else "N",
        "entryIsBillable": "N",
        "entryReceiptType": "R",
        "entryCountryCode": report.employee.country,
        "reportEntryPatKey": spend.payee if by_card else "CASH",
        "expensePayIndicator": "Y" if spend.payee == "IBCP" else "N",
        "offsetPayType": "Y" if spend.offset else "N",
        "clearingAccountCode": CLEARING_ACCOUNT if spend.personal else None,
        "liabilityAccountCode": None,
        "cardProgramTypeCode": _CARD.get(spend.payee),
        "cardTransactionID": entry_id[:15] if by_card else None,
        "cardTransactionAmount": short(spend.spent) if by_card else None,
        "cardTransactionCurrency": spend.currency if by_card else None,
        "cardTransactionPostedAmount": short(spend.gross) if by_card else None,
        "cardTransactionPostedCurrency": report.employee.currency if by_card else None,
        **({"carLogEntryDistance": spend.miles, "carLogEntryDistanceUnitCode": "M"} if spend.miles else {}),
        **_customs("entry", *((first.cost_centre, first.project) if spend.coded_on_entry else ("", ""))),
        "allocation": [_allocation(entry_id, spend, number, one) for number, one in enumerate(spend.splits, start=1)],
    }


def _allocation(entry_id: str, spend: Spend, number: int, split: Split) -> dict[str, Any]:
    allocation_id = guid(entry_id, number)
    hidden = spend.coded_on_entry
    return {
        "allocationId": allocation_id,
        "allocationPercentage": None if spend.personal else short(split.percentage),
        **_customs("allocation", "" if hidden else split.cost_centre, "" if hidden else split.project),
        "journal": _personal(entry_id, spend) if spend.personal else [_row(entry_id, spend, split, allocation_id)],
        "tax": [_tax(spend, one, guid(allocation_id, one.code)) for one in split.taxes],
    }


def _row(entry_id: str, spend: Spend, split: Split, allocation_id: str) -> dict[str, Any]:
    rebate = split.gross < 0
    return {
        "journalAccountCode": spend.kind.account,
        "journalPayer": spend.payee if rebate else "COMP",
        "journalPayee": "COMP" if rebate else spend.payee,
        "amountGross": short(split.gross),
        "amountNetOfTax": short(split.gross - split.tax),
        "amountNetOfReclaim": short(split.gross - split.reclaim),
        "amountGrossCard": None,
        "taxGuid": [guid(allocation_id, one.code) for one in split.taxes],
        "cardTransactionReferenceNumber": None if spend.payee == CASH else entry_id[:15],
    }


def _personal(entry_id: str, spend: Spend) -> list[dict[str, Any]]:
    """The company pays the card, and the employee owes the company as much; SAP posts both over the clearing account.

    Every second one names no account in its rows, so that the entry's clearing account must be used.
    """
    amount, reference = spend.gross, entry_id[:15]
    account = CLEARING_ACCOUNT if int(entry_id[-1], 16) % 2 else None
    return [
        {
            "journalAccountCode": account,
            "journalPayer": payer,
            "journalPayee": payee,
            "amountGross": short(signed),
            "amountNetOfTax": short(signed),
            "amountNetOfReclaim": short(signed),
            "amountGrossCard": None,
            "taxGuid": [],
            "cardTransactionReferenceNumber": reference,
        }
        for payer, payee, signed in (("COMP", spend.payee, amount), ("EMPL", "COMP", -amount))
    ]


def _tax(spend: Spend, tax: Tax, tax_guid: str) -> dict[str, Any]:
    country = tax.code[:2]
    return {
        "taxGuid": tax_guid,
        "taxAuthorityLabel": tax.authority,
        "taxCode": tax.code,
        "taxReclaimCode": tax.code if tax.reclaim else None,
        "nonDomesticCode": None if spend.rate == 1 else "FO",
        "amountTax": short(tax.amount),
        "amountReclaim": short(tax.reclaim),
        "locationCountryCode": country,
        "locationCountrySubCode": None,
        "taxSource": "SYST",
    }


def _customs(level: str, cost_centre: str, project: str) -> dict[str, Any]:
    customs: dict[str, Any] = {f"{level}Custom{number}Code": None for number in range(1, _CUSTOMS + 1)}
    customs[f"{level}{COST_CENTRE_FIELD}"] = cost_centre or None
    customs[f"{level}{PROJECT_FIELD}"] = project or None
    return customs
