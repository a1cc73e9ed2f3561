"""Documents as SAP Concur may build them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from connector.domain.money import decimals

#: each of these draws dozens of amounts: half as many documents say as much
HALF = settings(max_examples=settings.default.max_examples // 2)
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
PARTIES = ["EMPL", "IBCP", "CBCP", "COPD"]
ACCOUNTS = st.sampled_from(["6100", "6200", "1470", ""])
CENTRES = st.sampled_from(["120", "130", None])


def cents(draw: st.DrawFn, currency: str, least: int = 1, most: int = 200_000) -> Decimal:
    return Decimal(draw(st.integers(least, most))).scaleb(-decimals(currency))


@st.composite
def taxes(draw: st.DrawFn, currency: str, gross: Decimal) -> list[dict[str, Any]]:
    """Taxes that are reclaimed in full, in part or not at all, together less than the gross."""
    found: list[dict[str, Any]] = []
    left = gross
    for number in range(draw(st.integers(0, 3))):
        amount = (left * draw(st.integers(0, 40)) / 100).quantize(
            Decimal(1).scaleb(-decimals(currency)), rounding=ROUND_HALF_UP
        )
        reclaimed = (amount * draw(st.sampled_from([0, 50, 100])) / 100).quantize(
            Decimal(1).scaleb(-decimals(currency)), rounding=ROUND_HALF_UP
        )
        left -= amount
        code = draw(st.sampled_from(["VA", "SG", "JC1E", "JC2T"]))
        found.append(
            {
                "taxGuid": f"{number}",
                "taxCode": code,
                "taxReclaimCode": "X",
                "amountTax": amount,
                "amountReclaim": reclaimed,
            }
        )
    return found


@st.composite
def allocations(draw: st.DrawFn, currency: str) -> dict[str, Any]:
    """One row with its taxes, in either direction, or one between an employee and a card."""
    gross, account = cents(draw, currency), draw(ACCOUNTS)
    kind = draw(st.sampled_from(["paid", "paid", "paid", "back", "refund", "between", "nothing"]))
    party = draw(st.sampled_from(PARTIES))
    if kind == "nothing":
        return {"journal": None, "tax": None}
    if kind == "between":
        row = {"journalPayer": "EMPL", "journalPayee": "CBCP", "amountGross": gross, "journalAccountCode": account}
        return {"journal": [row], "tax": []}
    of = draw(taxes(currency, gross))
    sign = 1 if kind == "paid" else -1
    reclaimed = sum((tax["amountReclaim"] for tax in of), start=Decimal(0))
    lost = sum((tax["amountTax"] for tax in of), start=Decimal(0))
    row = {
        "journalAccountCode": account,
        "journalPayer": party if kind == "back" else "COMP",
        "journalPayee": "COMP" if kind == "back" else party,
        "amountGross": sign * gross,
        "amountNetOfReclaim": sign * (gross - reclaimed),
        "amountNetOfTax": sign * (gross - lost),
        "taxGuid": [tax["taxGuid"] for tax in of],
    }
    if draw(st.booleans()):
        del row["amountNetOfReclaim"]
    return {"allocationCustom4Code": draw(CENTRES), "journal": [row], "tax": of}


@st.composite
def reports(draw: st.DrawFn) -> dict[str, Any]:
    """An expense report as Concur builds them: every row adds up."""
    currency = draw(CURRENCIES)
    entries = [
        {
            "expenseTypeName": "Taxi",
            "clearingAccountCode": "1470",
            "entryOrgUnit4Code": draw(CENTRES),
            "allocation": draw(st.lists(allocations(currency), max_size=3)),
        }
        for _ in range(draw(st.integers(0, 4)))
    ]
    used = [
        {"cashAdvanceApplicationAmount": -cents(draw, currency), "cashAdvanceClearingAccountCode": "1480"}
        for _ in range(draw(st.integers(0, 2)))
    ]
    return {
        "doc_id": "d" * 32,
        "source_key": "REPORT1",
        "revision": "1",
        "is_test": False,
        "document": {
            "employee": {"employeeId": "E1", "employeeOrgUnit4Code": "NEVER"},
            "report": {
                "reportId": "REPORT1",
                "ledgerCode": "DEFAULT",
                "employeeCurrencyAlphaCode": currency,
                "reportPaymentProcessingDate": "2026-11-10T08:15:30.433Z",
            },
            "expenseEntry": entries,
            "cashAdvanceApplication": used,
        },
    }


FIELDS = {"cost_centre_field": ["allocationCustom4Code", "entryOrgUnit4Code"]}


def balance(lines: list[dict[str, Any]], **of: str) -> Decimal:
    wanted = [line for line in lines if all(line[name] == value for name, value in of.items())]
    return sum((line["debit"] - line["credit"] for line in wanted), start=Decimal(0))


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, Any]:
    """An invoice or credit memo that adds up."""
    currency, sign = draw(CURRENCIES), draw(st.sampled_from([1, -1]))
    lines, total = [], Decimal(0)
    for number in range(1, draw(st.integers(1, 4)) + 1):
        parts = []
        for _ in range(draw(st.integers(1, 3))):
            net, tax = cents(draw, currency), cents(draw, currency, least=0, most=2_000)
            shipping = cents(draw, currency, least=0, most=500)
            total += net + tax + shipping
            figures = {"amountNet": sign * net, "amountShipping": sign * shipping, "accountCode": "4000"}
            taxed = [{"taxCode": draw(st.sampled_from(["VA", "SG"])), "amountTax": sign * tax}]
            parts.append({"journal": {**figures, "amountGross": sign * (net + tax + shipping), "tax": taxed}})
        order = draw(st.sampled_from(["", "PO1", "PO2"]))
        lines.append(
            {
                "lineItemSequenceOrder": number,
                "lineItemPurchaseOrderNumber": order,
                "poLineNumber": number if order else "",
                "lineItemQuantity": sign * draw(st.integers(1, 9)),
                "lineItemUnitPrice": draw(st.decimals(min_value=0, max_value=100, places=6)),
                "allocation": parts,
            }
        )
    header = {
        "requestId": "R1",
        "vendorInvoiceNumber": "N 1",
        "invoiceDate": "11/05/2026",
        "currencyAlphaCode": currency,
        "requestTotal": sign * total,
        "ledgerCode": "DEFAULT",
    }
    document = {"requestHeader": header, "vendor": {"vendorCode": "10023"}, "lineItem": lines}
    return {"doc_id": "d", "source_key": "R1", "revision": "1", "document": document}
