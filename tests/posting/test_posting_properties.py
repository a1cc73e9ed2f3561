"""What holds for every expense report, cash advance and invoice, not only for the golden ones."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connector.domain.flow import Mapped
from connector.domain.money import decimals
from connector.domain.outcome import Advance, Bury, Park
from connector.flows.concur_cash_advances_to_qad import FLOW as ADVANCES
from connector.flows.concur_expenses_to_qad import FLOW as EXPENSES
from connector.flows.concur_invoices_to_qad import FLOW as INVOICES
from tests.flows.qad_concur.ledger import ask

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


@HALF
@given(reports(), st.sampled_from(["in_expense", "6990"]))
def test_every_report_concur_builds_is_posted_in_balance(report: dict[str, Any], lost: str) -> None:
    said = ask(EXPENSES, report, options={**FIELDS, "non_reclaimable_tax": lost})

    if isinstance(said, Advance):
        assert said.facts is not None
        assert said.facts["document_number"] == "nothing to post"
        return
    assert isinstance(said, Mapped)
    lines = said.body["lines"]
    assert balance(lines) == 0
    smallest = decimals(said.body["currency"])
    for line in lines:
        assert (line["debit"] > 0) is not (line["credit"] > 0)
        assert min(line["debit"], line["credit"]) == 0
        assert line["debit"] + line["credit"] == round(line["debit"] + line["credit"], smallest)
        assert line["cost_centre"] != "NEVER"
        assert line["account"] or line["party_type"] == "supplier"


@HALF
@given(reports())
def test_each_party_is_owed_exactly_what_its_rows_say(report: dict[str, Any]) -> None:
    said = ask(EXPENSES, report)

    lines = said.body["lines"] if isinstance(said, Mapped) else []
    owed = dict.fromkeys(PARTIES, Decimal(0))
    for entry in report["document"]["expenseEntry"]:
        for row in (row for allocation in entry["allocation"] for row in allocation["journal"] or ()):
            if row["journalPayer"] == "COMP":
                owed[row["journalPayee"]] += row["amountGross"]
            elif row["journalPayee"] == "COMP":
                owed[row["journalPayer"]] -= abs(row["amountGross"])
            else:
                owed[row["journalPayer"]] -= row["amountGross"]
                owed[row["journalPayee"]] += row["amountGross"]
    for used in report["document"]["cashAdvanceApplication"]:
        owed["EMPL"] += used["cashAdvanceApplicationAmount"]
    assert -balance(lines, party_type="employee") == owed["EMPL"]
    assert -balance(lines, party="AMEX") == owed["CBCP"]
    assert -balance(lines, party="IBCP") == owed["IBCP"]
    assert -balance(lines, party="COPD") == owed["COPD"]


@HALF
@given(reports())
def test_reclaimed_tax_goes_to_the_account_of_its_code_and_nowhere_else(report: dict[str, Any]) -> None:
    said = ask(EXPENSES, report)

    lines = said.body["lines"] if isinstance(said, Mapped) else []
    for code, account in (("VA", "1570"), ("SG", "1571"), ("JC1E", "1572"), ("JC2T", "1573")):
        expected = Decimal(0)
        for allocation in (one for entry in report["document"]["expenseEntry"] for one in entry["allocation"]):
            back = any(row["amountGross"] < 0 for row in allocation["journal"] or ())
            amounts = [tax["amountReclaim"] for tax in allocation["tax"] or () if tax["taxCode"] == code]
            expected += -sum(amounts) if back else sum(amounts)
        assert balance(lines, account=account) == expected


@HALF
@given(reports(), st.data())
def test_a_report_that_is_off_by_any_amount_is_buried_with_both_figures(
    report: dict[str, Any], data: st.DataObject
) -> None:
    rows = [
        row
        for entry in report["document"]["expenseEntry"]
        for allocation in entry["allocation"]
        for row in allocation["journal"] or ()
        if "amountNetOfReclaim" in row
    ]
    assume(rows)
    row = data.draw(st.sampled_from(rows))
    smallest = Decimal(1).scaleb(-decimals(report["document"]["report"]["employeeCurrencyAlphaCode"]))
    off = data.draw(st.integers(1, 10)) * smallest
    row["amountGross"] += off if row["amountGross"] > 0 else -off

    said = ask(EXPENSES, report)

    assert isinstance(said, Bury)
    assert said.code == "journal_does_not_balance"
    assert said.reason.count(report["document"]["report"]["employeeCurrencyAlphaCode"]) == 2


@HALF
@given(reports(), st.data())
def test_figures_out_of_nowhere_balance_or_are_buried(report: dict[str, Any], data: st.DataObject) -> None:
    """Whatever stands in the rows: nothing unbalanced is posted, and nothing raises."""
    figures = st.decimals(min_value=-(10**6), max_value=10**6, places=4) | st.none()
    for entry in report["document"]["expenseEntry"]:
        for allocation in entry["allocation"]:
            for row in allocation["journal"] or ():
                row["amountNetOfReclaim"] = data.draw(figures)
                row["journalPayer"] = data.draw(st.sampled_from(["COMP", *PARTIES]))
                row["journalPayee"] = data.draw(st.sampled_from(["COMP", *PARTIES, "ZZZZ"]))

    said = ask(EXPENSES, report)

    assert isinstance(said, (Mapped, Bury, Advance, Park))
    if isinstance(said, Mapped):
        assert balance(said.body["lines"]) == 0


@HALF
@given(reports(), st.sampled_from(["payees:EMPL", "payees:CBCP", "tax_accounts:VA", "ledgers:DEFAULT"]))
def test_nothing_is_posted_to_a_place_nobody_named(report: dict[str, Any], missing: str) -> None:
    whole, said = ask(EXPENSES, report), ask(EXPENSES, report, codes={missing: None})

    assert isinstance(said, Park) or (said == whole and missing != "ledgers:DEFAULT")
    if isinstance(said, Park):
        assert [need.subject for need in said.missing] == [f"crosswalk:{missing}"]


@HALF
@given(reports(), st.randoms(use_true_random=False))
def test_the_order_of_sap_s_fields_means_nothing(report: dict[str, Any], chance: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            chance.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        return [shuffled(one) for one in value] if isinstance(value, list) else value

    assert ask(EXPENSES, shuffled(report)) == ask(EXPENSES, report)


@given(CURRENCIES, st.data())
def test_every_cash_advance_is_posted_in_balance(currency: str, data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 10**7), max_size=4))
    rows = [
        {
            "amount": Decimal(size if side == "DR" else -size).scaleb(-decimals(currency)),
            "accountCode": "1480",
            "debitOrCredit": data.draw(st.sampled_from([side, ""])),
            "payer": "COMP" if side == "DR" else data.draw(st.sampled_from(["COMP", "EMPL"])),
        }
        for size in sizes
        for side in [data.draw(st.sampled_from(["DR", "CR"]))]
    ]
    for row in rows:
        row["payee"] = "EMPL" if row["payer"] == "COMP" else "COMP"
    header = {"employeeCurrencyAlphaCode": currency, "issuedDate": "2026-11-05"}
    document = {"employeeData": {"employeeId": "E1"}, "cashAdvanceData": header, "journalData": rows}

    said = ask(ADVANCES, {"doc_id": "d", "source_key": "CA1", "document": document})

    assert isinstance(said, Mapped) if rows else isinstance(said, Advance)
    if isinstance(said, Mapped):
        assert balance(said.body["lines"]) == 0
        assert balance(said.body["lines"], account="1480") == sum(row["amount"] for row in rows)


@given(CURRENCIES, st.data())
def test_what_was_divided_is_posted_with_its_exact_sum(currency: str, data: st.DataObject) -> None:
    total, parts = data.draw(st.integers(1, 10**7)), data.draw(st.integers(2, 9))
    whole = Decimal(total).scaleb(-decimals(currency))
    part = (whole / parts).quantize(Decimal("1E-8"))
    amounts = [*[part] * (parts - 1), whole - part * (parts - 1)]
    entries = [{"allocation": [{"journal": [_paid(amount)]} for amount in amounts]}]
    report = {"ledgerCode": "DEFAULT", "employeeCurrencyAlphaCode": currency, "reportSubmitDate": "2026-11-05"}
    document = {"employee": {"employeeId": "E1"}, "report": report, "expenseEntry": entries}

    said = ask(EXPENSES, {"doc_id": "d", "source_key": "R1", "document": document})

    assert isinstance(said, Mapped)
    assert balance(said.body["lines"], account="6100") == whole
    assert balance(said.body["lines"], party_type="employee") == -whole
    cent = Decimal(1).scaleb(-decimals(currency))
    for line in said.body["lines"]:
        assert line["debit"] in (
            0,
            whole // parts,
            *(round(part, decimals(currency)) + off * cent for off in (-1, 0, 1)),
        )


def _paid(amount: Decimal) -> dict[str, Any]:
    return {"journalPayer": "COMP", "journalPayee": "EMPL", "journalAccountCode": "6100", "amountGross": amount}


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


@HALF
@given(invoices())
def test_an_invoice_in_full_is_the_sum_of_its_lines_and_taxes(invoice: dict[str, Any]) -> None:
    said = ask(INVOICES, invoice, options={"invoice_mode": "FULL"})

    assert isinstance(said, Mapped)
    lines, taxes_, total = said.body["lines"], said.body["taxes"], said.body["total"]
    assert total > 0
    assert sum(line["amount"] for line in lines) + sum(tax["amount"] for tax in taxes_) == total
    assert sum(line["tax_amount"] for line in lines) == sum(tax["amount"] for tax in taxes_)
    assert (said.body["invoice_type"] == "CREDITNOTE") is (invoice["document"]["requestHeader"]["requestTotal"] < 0)


@HALF
@given(invoices(), st.sampled_from(["INITIAL", "FULL"]))
def test_every_order_line_travels_with_its_quantity_once(invoice: dict[str, Any], mode: str) -> None:
    said = ask(INVOICES, invoice, options={"invoice_mode": mode})

    assert isinstance(said, Mapped)
    counted = [line for line in said.body["lines"] if line["quantity"]]
    assert [(line["order_number"], line["order_line"], line["quantity"]) for line in counted] == [
        (line["lineItemPurchaseOrderNumber"], str(line["poLineNumber"]), abs(line["lineItemQuantity"]))
        for line in invoice["document"]["lineItem"]
    ]
    assert set(said.body["order_numbers"]) == {line["order_number"] for line in counted} - {""}


@HALF
@given(invoices(), st.sampled_from(["INITIAL", "FULL"]), st.integers(-1000, 1000))
def test_an_invoice_that_is_off_by_any_amount_is_not_posted(invoice: dict[str, Any], mode: str, off: int) -> None:
    assume(off)
    header = invoice["document"]["requestHeader"]
    header["requestTotal"] += Decimal(off).scaleb(-decimals(header["currencyAlphaCode"]))

    said = ask(INVOICES, invoice, options={"invoice_mode": mode})

    assert isinstance(said, Bury)
    assert said.code == "amounts_do_not_add_up"
