"""Sign, side, payer and payee of one row say the same thing, or nothing is posted and both are named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.domain.flow import Mapped
from connector.domain.outcome import Bury
from connector.flows.concur_cash_advances_to_qad import FLOW as ADVANCES
from connector.flows.concur_expenses_to_qad import FLOW as EXPENSES
from connector.flows.concur_invoices_to_qad import FLOW as INVOICES
from tests.flows.qad_concur.ledger import ask


def advance(*rows: dict[str, Any]) -> Any:
    header = {"employeeCurrencyAlphaCode": "USD", "issuedDate": "2026-11-05", "clearingAccountCode": "1480"}
    document = {"employeeData": {"employeeId": "E1"}, "cashAdvanceData": header, "journalData": list(rows)}
    return ask(ADVANCES, {"doc_id": "d", "source_key": "CA1", "document": document})


def expense(*rows: dict[str, Any], tax: object = None, used: Decimal | None = None) -> Any:
    header = {"ledgerCode": "DEFAULT", "employeeCurrencyAlphaCode": "USD", "reportSubmitDate": "2026-11-05"}
    applied = [{"cashAdvanceApplicationAmount": used, "cashAdvanceClearingAccountCode": "1480"}] if used else []
    entry = {"expenseTypeName": "Taxi", "allocation": [{"journal": list(rows), "tax": tax}]}
    document = {"employee": {"employeeId": "E1"}, "report": header, "expenseEntry": [entry]}
    return ask(
        EXPENSES, {"doc_id": "d", "source_key": "R1", "document": {**document, "cashAdvanceApplication": applied}}
    )


def invoice(quantity: object, price: object, *gross: object) -> Any:
    total = sum(Decimal(str(amount)) for amount in gross)
    header = {
        "requestId": "I1",
        "vendorInvoiceNumber": "N1",
        "invoiceDate": "2026-11-05",
        "currencyAlphaCode": "USD",
        "requestTotal": total,
        "ledgerCode": "DEFAULT",
    }
    line = {
        "lineItemSequenceOrder": 1,
        "lineItemQuantity": quantity,
        "lineItemUnitPrice": price,
        "allocation": [{"journal": {"amountGross": Decimal(str(one)), "accountCode": "4000"}} for one in gross],
    }
    document = {"requestHeader": header, "vendor": {"vendorCode": "10023"}, "lineItem": [line]}
    return ask(INVOICES, {"doc_id": "d", "source_key": "I1", "document": document})


def row(payer: str, payee: str, amount: int, side: str | None = None) -> dict[str, Any]:
    return {"payer": payer, "payee": payee, "amount": amount, "debitOrCredit": side}


def paid(payer: str, payee: str, gross: int, **more: object) -> dict[str, Any]:
    return {
        "journalPayer": payer,
        "journalPayee": payee,
        "amountGross": gross,
        "journalAccountCode": "6100",
        **more,
    }


def booked(said: object, account: str) -> Decimal:
    assert isinstance(said, Mapped)
    lines = [line for line in said.body["lines"] if line["account"] == account]
    return sum((line["debit"] - line["credit"] for line in lines), start=Decimal(0))


@pytest.mark.parametrize(
    ("one", "account"),
    [
        (row("COMP", "EMPL", 60, "DR"), 60),
        (row("COMP", "EMPL", 60), 60),
        (row("COMP", "EMPL", -60, "CR"), -60),
        (row("COMP", "EMPL", -60), -60),
        (row("EMPL", "COMP", -60, "CR"), -60),
        (row("EMPL", "COMP", -60), -60),
        (row("EMPL", "COMP", 60, "CR"), -60),
    ],
)
def test_an_advance_is_booked_on_the_side_all_its_signs_say(one: dict[str, Any], account: int) -> None:
    assert booked(advance(one), "1480") == account
    assert booked(advance(one), "2100") == -account


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (row("COMP", "EMPL", -60, "DR"), "COMP pays EMPL -60.00, so the money comes back, but its side is DR"),
        (row("COMP", "EMPL", 60, "CR"), "COMP pays EMPL 60.00, so the money is paid out, but its side is CR"),
        (row("EMPL", "COMP", 60, "DR"), "EMPL pays COMP 60.00, so the money comes back, but its side is DR"),
        (row("EMPL", "COMP", 60), "EMPL pays COMP 60.00: COMP gets it, and what comes back is negative"),
    ],
)
def test_an_advance_that_contradicts_itself_is_buried_with_both(one: dict[str, Any], said: str) -> None:
    buried = advance(one)
    assert isinstance(buried, Bury)
    assert buried.code == "signs_contradict"
    assert said in buried.reason


def test_money_between_others_turns_with_its_sign() -> None:
    assert booked(expense(paid("EMPL", "IBCP", 60)), "2100") == 60
    assert booked(expense(paid("EMPL", "IBCP", -60)), "2100") == -60
    assert booked(expense(paid("EMPL", "IBCP", -60)), "2110") == 60


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (expense(paid("EMPL", "COMP", 60)), "EMPL pays COMP, which Concur writes with a negative amount, but"),
        (expense(paid("COMP", "EMPL", -60, amountNetOfReclaim=60)), "-60 gross and 60 net of reclaim"),
        (expense(paid("EMPL", "COMP", -60, amountNetOfTax=50)), "-60 gross and 50 net of tax"),
        (
            expense(paid("COMP", "EMPL", 60), tax=[{"taxCode": "VA", "amountTax": -5, "amountReclaim": 5}]),
            "a tax VA of -5 is reclaimed with 5",
        ),
        (expense(paid("COMP", "EMPL", 60), used=Decimal(20)), "uses up 20 of a cash advance"),
        (invoice(1, 100, -100), "line 1 is 1 at 100, but its allocations come to -100"),
        (invoice(-1, 100, 60, 40), "line 1 is -1 at 100, but its allocations come to 100"),
    ],
)
def test_a_row_that_contradicts_itself_is_buried_with_both(said: object, reason: str) -> None:
    assert isinstance(said, Bury)
    assert said.code == "signs_contradict"
    assert reason in said.reason


def test_what_was_divided_is_exact_as_a_whole() -> None:
    thirds = [Decimal("33.33333333"), Decimal("33.33333333"), Decimal("33.33333334")]

    said = expense(*(paid("COMP", "EMPL", part) for part in thirds))  # type: ignore[arg-type]  # figures are figures
    assert [line["debit"] for line in said.body["lines"]] == [*map(Decimal, ("33.33", "33.33", "33.34")), 0]
    assert booked(said, "2100") == -100
    assert booked(advance(*(row("COMP", "EMPL", part) for part in thirds)), "1480") == 100  # type: ignore[arg-type]
    billed = invoice(3, "33.33333333", *thirds)
    assert isinstance(billed, Mapped)
    assert (billed.body["total"], sum(line["amount"] for line in billed.body["lines"])) == (100, 100)
    assert isinstance(advance(*(row("COMP", "EMPL", part) for part in thirds[:2])), Bury)  # type: ignore[arg-type]
