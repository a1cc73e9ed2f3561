"""What holds for every expense report, cash advance and invoice, not only for the golden ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from connector.domain.flow import Mapped
from connector.domain.money import decimals
from connector.domain.outcome import Advance, Bury, Park
from connector.flows.concur_cash_advances_to_qad import FLOW as ADVANCES
from connector.flows.concur_expenses_to_qad import FLOW as EXPENSES
from tests.flows.qad_concur.ledger import ask
from tests.posting.strategies import CURRENCIES, FIELDS, HALF, PARTIES, balance, reports


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
