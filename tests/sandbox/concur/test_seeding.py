from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.concur.financial.documents import Documents
from sandbox.concur.seeding import conventions, invoices, scenarios
from sandbox.concur.seeding.seeder import Seeder
from tests.sandbox.concur.seeded import reports, rows, seeded

if TYPE_CHECKING:
    from sandbox.concur.financial.documents import Document
    from sandbox.qad.books import Books


def test_the_same_seed_gives_the_same_documents_and_another_seed_others() -> None:
    def told(seed: int) -> list[tuple[str, str]]:
        return [(one.doc_id, one.text) for one in seeded(60, seed)]

    assert told(3) == told(3)
    assert not {one for one, _ in told(3)} & {one for one, _ in told(4)}


def test_ten_and_ten_more_are_the_same_twenty() -> None:
    together, apart = Documents(), Documents()
    Seeder(together, seed=1, documents=0).expenses(20)
    seeder = Seeder(apart, seed=1, documents=0)
    seeder.expenses(10)
    seeder.expenses(10)
    assert [one.text for one in together] == [one.text for one in apart]


@pytest.mark.parametrize("documents", [0, 1, 2, 7, 20, 333])
def test_as_many_documents_are_seeded_as_asked_for(documents: int) -> None:
    assert sum(1 for _ in seeded(documents)) == documents


def test_a_small_sandbox_has_many_scenarios_and_a_large_one_all(shelf: Documents) -> None:
    assert len({one.scenario for one in reports(seeded(40))}) == 20
    assert {one.scenario for one in reports(shelf)} == set(scenarios.SCENARIOS)
    assert {one.scenario for one in shelf.of_type("invoice")} == set(invoices.SCENARIOS)


def test_every_expected_journal_balances_to_the_smallest_coin(shelf: Documents) -> None:
    for document in [*reports(shelf), *shelf.of_type("cashadvance")]:
        assert document.expected is not None
        assert sum(map(Decimal, document.expected["totals"].values())) == 0, document.scenario


def test_an_expected_journal_says_the_same_by_account_and_by_cost_object(shelf: Documents) -> None:
    for document in reports(shelf):
        assert document.expected is not None
        by_account: dict[str, Decimal] = defaultdict(Decimal)
        for key, amount in document.expected["cost_objects"].items():
            by_account[f"account|{key.partition('|')[0]}"] += Decimal(amount)
        totals = {key: Decimal(value) for key, value in document.expected["totals"].items() if key.startswith("acc")}
        assert by_account == totals


def test_the_rows_of_a_report_say_what_is_expected(shelf: Documents) -> None:
    """The documents and the truth are written by different hands; here they are held against each other."""
    for document in reports(shelf):
        found: dict[str, Decimal] = defaultdict(Decimal)
        for entry, allocation, row in rows(document):
            account = f"account|{row['journalAccountCode'] or entry['clearingAccountCode']}"
            if row["journalPayer"] == "COMP":
                found[f"payee|{row['journalPayee']}"] -= row["amountGross"]
                found[account] += row["amountNetOfReclaim"]
                for tax in allocation["tax"]:
                    found[f"tax|{tax['taxCode']}"] += tax["amountReclaim"]
            else:
                found[f"payee|{row['journalPayer']}"] -= row["amountGross"]
                found[account] += row["amountGross"]
        for use in document.content["cashAdvanceApplication"]:
            found["payee|EMPL"] -= use["cashAdvanceApplicationAmount"]
            found[f"account|{use['cashAdvanceClearingAccountCode']}"] += use["cashAdvanceApplicationAmount"]
        assert document.expected is not None
        expected = {key: Decimal(value) for key, value in document.expected["totals"].items()}
        assert {key: value for key, value in found.items() if value} == expected, document.scenario


def test_net_and_tax_of_a_row_are_its_gross_amount(shelf: Documents) -> None:
    for document in reports(shelf):
        for _, allocation, row in rows(document):
            taxes = [one for one in allocation["tax"] if one["taxGuid"] in row["taxGuid"]]
            assert len(taxes) == len(row["taxGuid"])
            assert row["amountNetOfTax"] + sum(one["amountTax"] for one in taxes) == row["amountGross"]
            assert row["amountNetOfReclaim"] + sum(one["amountReclaim"] for one in taxes) == row["amountGross"]
            assert all(one["amountReclaim"] <= one["amountTax"] for one in taxes)


def test_the_shares_of_an_entry_add_up_to_it(shelf: Documents) -> None:
    for document in reports(shelf):
        for entry in document.content["expenseEntry"]:
            if entry["entryIsPersonal"] == "N":
                shares = [row["amountGross"] for one in entry["allocation"] for row in one["journal"]]
                assert sum(shares) == entry["entryApprovedAmount"]
                assert sum(one["allocationPercentage"] for one in entry["allocation"]) == 100


def test_the_report_says_how_much_of_it_is_business(shelf: Documents) -> None:
    for document in reports(shelf):
        approved = sum(one["entryApprovedAmount"] for one in document.content["expenseEntry"])
        assert document.content["report"]["totalApprovedAmount"] == approved


def scenario(shelf: Documents, name: str) -> Document:
    return next(one for one in shelf if one.scenario == name)


def payees(document: Document) -> set[str]:
    assert document.expected is not None
    return {key.partition("|")[2] for key in document.expected["totals"] if key.startswith("payee|")}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cash", {"EMPL"}),
        ("card IBCP", {"IBCP"}),
        ("card CBCP", {"CBCP"}),
        ("card COPD", {"COPD"}),
        ("personal on CBCP", {"CBCP", "EMPL"}),
        ("personal on COPD", {"COPD", "EMPL"}),
        ("advance and card", {"IBCP", "EMPL"}),
        ("everything", {"EMPL", "IBCP", "CBCP", "COPD"}),
    ],
)
def test_scenarios_owe_whom_they_name(shelf: Documents, name: str, expected: set[str]) -> None:
    assert payees(scenario(shelf, name)) == expected


def test_personal_items_are_business_of_nobody_and_owed_by_the_employee(shelf: Documents) -> None:
    for one in reports(shelf):
        if one.scenario == "personal on CBCP":
            assert one.content["report"]["totalApprovedAmount"] == 0
            assert one.expected is not None
            assert Decimal(one.expected["totals"]["payee|EMPL"]) > 0
            (entry,) = one.content["expenseEntry"]
            assert entry["entryIsPersonal"] == "Y"


def test_every_second_personal_item_leaves_its_account_to_the_entry(shelf: Documents) -> None:
    named = {
        row["journalAccountCode"] is not None
        for document in reports(shelf)
        for entry, _, row in rows(document)
        if entry["entryIsPersonal"] == "Y"
    }
    assert named == {True, False}


@pytest.mark.parametrize(("name", "above"), [("advance below payout", False), ("advance above payout", True)])
def test_advances_lie_on_their_side_of_the_payout(shelf: Documents, name: str, above: bool) -> None:  # noqa: FBT001  what the test is about
    one = scenario(shelf, name)
    used = -sum(use["cashAdvanceApplicationAmount"] for use in one.content["cashAdvanceApplication"])
    assert (used > one.content["report"]["totalApprovedAmount"]) is above
    assert (one.content["report"]["cashAdvanceReturnsAmount"] > 0) is above


def test_rebates_go_from_the_payee_to_the_company_with_negative_amounts(shelf: Documents) -> None:
    for name, payer in (("rebate in cash", "EMPL"), ("rebate on card", "IBCP"), ("refund only", "EMPL")):
        *_, (_, _, last) = rows(scenario(shelf, name))
        assert (last["journalPayer"], last["journalPayee"]) == (payer, "COMP")
        assert last["amountGross"] < 0


def test_taxes_are_single_multiple_partly_or_not_reclaimable(shelf: Documents) -> None:
    def taxes(name: str) -> list[Any]:
        return [
            tax
            for entry in scenario(shelf, name).content["expenseEntry"]
            for one in entry["allocation"]
            for tax in one["tax"]
        ]

    assert len(taxes("multiple tax")) == 2
    assert all(one["amountReclaim"] == one["amountTax"] > 0 for one in taxes("single tax"))
    assert all(0 < one["amountReclaim"] < one["amountTax"] for one in taxes("partly reclaimable tax"))
    assert all(one["amountReclaim"] == 0 < one["amountTax"] for one in taxes("tax not reclaimable"))


def test_foreign_amounts_are_told_with_a_rate_in_both_directions(shelf: Documents) -> None:
    directions = Counter()
    for document in reports(shelf):
        if document.scenario == "foreign currency":
            (entry,) = document.content["expenseEntry"]
            directions[entry["entryExchangeRateDirection"]] += 1
            assert entry["entryCurrAlphaCode"] != document.content["report"]["employeeCurrencyAlphaCode"]
    assert set(directions) == {"M", "D"}


def test_cost_centres_stand_at_the_allocation_or_the_entry_and_never_are_the_employees(shelf: Documents) -> None:
    for document in reports(shelf):
        assert document.content["employee"]["employeeCustom3Code"] == "900"
        for entry, allocation, _ in rows(document):
            found = allocation["allocationCustom3Code"] or entry["entryCustom3Code"]
            assert found in conventions.COST_CENTRES
    assert scenario(shelf, "coded on the entry").content["expenseEntry"][0]["entryCustom3Code"]


def test_codes_exist_in_a_simulated_qad_of_the_same_size(shelf: Documents, beside: Books) -> None:
    accounts = {one.code for one in beside.accounts if one.active}
    used = {
        row["journalAccountCode"] or entry["clearingAccountCode"]
        for one in reports(shelf)
        for entry, _, row in rows(one)
    }
    assert used <= accounts
    active = {one.code: one for one in beside.suppliers if one.active}
    orders = {one.number: one for one in beside.orders}
    for document in shelf.of_type("invoice"):
        content = document.content
        supplier = active[content["vendor"]["vendorCode"]]
        assert supplier.currency == content["requestHeader"]["currencyAlphaCode"]
        for line in content["lineItem"]:
            assert {one["allocationAccountCode"] for one in line["allocation"]} <= accounts
            number = line["lineItemPurchaseOrderNumber"]
            if number is not None:
                assert (orders[number].supplier, line["poLineNumber"]) == (supplier.code, "1")
                assert orders[number].status != "X"
    targets = {*conventions.CROSSWALK["payees"].values(), *conventions.CROSSWALK["tax_accounts"].values()}
    assert targets <= accounts


def test_a_cash_advance_is_owed_to_the_employee(shelf: Documents) -> None:
    for document in shelf.of_type("cashadvance"):
        (row,) = document.content["journalData"]
        assert document.expected is not None
        assert document.expected["totals"] == {
            "account|1300": str(Decimal(document.expected["totals"]["account|1300"])),
            "payee|EMPL": str(-Decimal(document.expected["totals"]["account|1300"])),
        }
        assert Decimal(document.expected["totals"]["account|1300"]) == row["amount"]
        assert (row["payer"], row["payee"], row["debitOrCredit"], row["accountCode"]) == ("COMP", "EMPL", "DR", "1300")
