from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.server import running
from sandbox.simulator import SandboxMistakeError

INVOICES = "urn:browse:mfg:xxap01"


def invoices(qad: Any, **wanted: object) -> list[str]:
    held = qad.state("holds")["invoices"].items()
    return [key for key, facts in held if all(facts[name] == value for name, value in wanted.items())]


def free(qad: Any) -> str:
    """An invoice that may be paid and has no payment yet."""
    paid = qad.state("holds")["payments"]
    return next(key for key in invoices(qad, goes=True, type="INVOICE") if key not in paid)


def facts(qad: Any, invoice: str) -> Any:
    return qad.state("holds")["invoices"][invoice]


def test_more_of_everything_can_be_generated(qad: Any) -> None:
    before = qad.state("documents")
    made = qad.sandbox.add_documents({"generate": {"suppliers": 2, "orders": 3, "invoices": 40, "payments": 9}})
    after = qad.state("documents")
    assert {kind: len(keys) for kind, keys in made["generate"].items() if kind != "payments"} == {
        "suppliers": 2,
        "orders": 3,
        "invoices": 40,
    }
    assert after["suppliers"] == before["suppliers"] + 2
    assert after["invoices"] == before["invoices"] + 40
    assert after["orders"] >= before["orders"] + 3
    assert set(made["generate"]["payments"]) <= set(qad.state("holds")["payments"])
    assert made["generate"]["payments"]


@pytest.mark.parametrize("status", ["AP-INITIAL", "AP-NOALLOC"])
def test_matching_an_invoice_receives_its_goods_and_releases_it(qad: Any, status: str) -> None:
    invoice = invoices(qad, status_code=status, type="INVOICE")[0]
    key, order = facts(qad, invoice)["key"], facts(qad, invoice)["order"]
    before = sum(map(Decimal, qad.state("holds")["orders"][order]["received"]))
    assert key not in qad.state("expected")["invoices"]
    assert qad.sandbox.add_documents({"match": [invoice]}) == {"match": [invoice]}
    assert key in qad.state("expected")["invoices"]
    assert sum(map(Decimal, qad.state("holds")["orders"][order]["received"])) > before
    rows = qad.browse(INVOICES, filter=f"CInvoice.CInvoice_ID,eq,{invoice},")
    assert {row["APMatching.APMatchingStatus"] for row in rows} == {"FINISHED"}
    assert all(row["APMatchingLn.ReceiverNumber"].startswith("RC") for row in rows)


def test_freight_is_matched_to_no_receiver(qad: Any) -> None:
    invoice = invoices(qad, status_code="AP-NOALLOC")[0]
    deliveries = set(qad.state("holds")["receipts"])
    freight = {"invoice": invoice, "amount": "12.50", "account": "6300"}
    qad.sandbox.add_documents({"charge": [freight], "match": [invoice]})
    *_, cost = qad.browse(INVOICES, filter=f"CInvoice.CInvoice_ID,eq,{invoice},")
    assert (cost["APMatchingLn.ReceiverNumber"], cost["APMatching.APMatchingStatus"]) == ("", "FINISHED")
    assert "" not in set(qad.state("holds")["receipts"]) - deliveries


def test_an_invoice_without_order_cannot_be_matched(qad: Any) -> None:
    invoice = invoices(qad, status_code="AP-GLALLOC")[0]
    with pytest.raises(SandboxMistakeError, match="has no order: there is nothing to match"):
        qad.sandbox.add_documents({"match": [invoice]})


def test_paying_closes_an_invoice_and_voiding_opens_it_again(qad: Any) -> None:
    invoice = free(qad)

    def is_open() -> bool:
        return bool(qad.browse(INVOICES, filter=f"CInvoice.CInvoice_ID,eq,{invoice},")[0]["CInvoice.CInvoiceIsOpen"])

    assert is_open()
    qad.sandbox.add_documents({"pay": [invoice]})
    assert facts(qad, invoice)["payment_status"] == "Paid"
    assert not is_open()
    qad.sandbox.add_documents({"void": [invoice]})
    assert facts(qad, invoice)["payment_status"] == "Payable"
    assert is_open()


def test_paying_part_then_the_rest(qad: Any) -> None:
    invoice = free(qad)
    qad.sandbox.add_documents({"pay": [{"invoice": invoice, "amount": "0.5"}]})
    assert facts(qad, invoice)["payment_status"] == "PartiallyPaid"
    qad.sandbox.add_documents({"pay": [invoice]})
    assert facts(qad, invoice)["payment_status"] == "Paid"
    assert len(qad.state("holds")["payments"][invoice]) == 2


def test_a_payment_goes_from_collection_to_paid_to_bounced(qad: Any) -> None:
    invoice = free(qad)
    seen = []
    for event in ("collect", "pay", "bounce"):
        qad.sandbox.add_documents({event: [invoice]})
        seen.append(facts(qad, invoice)["payment_status"])
    assert seen == ["InProcess", "Paid", "Payable"]
    assert [payment["status"] for payment in qad.state("holds")["payments"][invoice]] == ["Bounced"]


def test_a_planned_payment_is_no_news(qad: Any) -> None:
    invoice = free(qad)
    qad.sandbox.add_documents({"pay": [{"invoice": invoice, "amount": 1, "status": "Initial"}]})
    assert facts(qad, invoice)["payment_status"] is None
    assert facts(qad, invoice)["key"] not in qad.state("expected")["payment_status"]


def test_nothing_owed_and_nothing_paid_are_mistakes(qad: Any) -> None:
    invoice = free(qad)
    with pytest.raises(SandboxMistakeError, match="no payment that could become Void"):
        qad.sandbox.add_documents({"void": [invoice]})
    qad.sandbox.add_documents({"pay": [invoice]})
    with pytest.raises(SandboxMistakeError, match="Nothing is owed"):
        qad.sandbox.add_documents({"pay": [invoice]})


def test_a_supplier_is_changed_by_its_own_fields(qad: Any) -> None:
    change = {"code": "S10001", "name": "Renamed", "active": False, "remit": None}
    assert qad.sandbox.add_documents({"entity": "suppliers", "documents": [change]}) == {"documents": ["S10001"]}
    record = qad.supplier("S10001")
    assert (record["addressName"], record["isActive"], record["remitSupplierContactV2s"]) == ("Renamed", False, [])


def test_a_supplier_an_account_and_an_order_with_new_keys_are_added(qad: Any) -> None:
    remit = {"name": "Lockbox", "city": "Wexbury"}
    for entity, document in (
        ("suppliers", {"code": "ACME", "remit": remit}),
        ("accounts", {"code": "7777", "cost_centre": True}),
        ("orders", {"number": "P77", "lines": [{"ordered": "5"}, {"account": "7777"}]}),
    ):
        before = qad.state("documents")[entity]
        qad.sandbox.add_documents({"entity": entity, "documents": [document]})
        assert qad.state("documents")[entity] == before + 1
    assert qad.supplier("ACME")["remitSupplierContactV2s"][0]["addressName"] == "Lockbox"
    rows = qad.browse("urn:browse:mfg:ca009", filter="po_mstr.po_nbr,eq,P77,")
    assert len(rows) == 2
    assert (rows[0]["pod_det.pod_qty_ord"], rows[1]["pod_det.pod_acct"]) == (5, "7777")


def test_an_invoice_is_invented_but_for_what_is_given(qad: Any) -> None:
    given = {"reference": "X" * 60, "total": "5.00", "due_on": "2027-01-31", "modified": "2026-11-17T08:00:00"}
    [invoice] = qad.sandbox.add_documents({"entity": "invoices", "documents": [given]})["documents"]
    row = qad.browse(INVOICES, filter=f"CInvoice.CInvoice_ID,eq,{invoice},")[0]
    assert row["CInvoice.CInvoiceReference"] == "X" * 60
    assert row["CInvoice.CInvoiceOriginalCreditTC"] == 5
    assert row["CInvoice.CInvoiceDueDate"] == "2027-01-31"
    assert (row["CInvoice.LastModifiedDate"], row["CInvoice.LastModifiedTime"]) == ("2026-11-17", 8 * 3600)
    assert facts(qad, invoice)["goes"] is True


def test_a_change_is_newer_than_what_was_seeded(qad: Any) -> None:
    before = qad.browse("urn:browse:mfg:ad014", filter="vd_mstr.vd_addr,eq,S10001,")[0]["vd_mstr.vd_mod_date"]
    qad.sandbox.add_documents({"entity": "suppliers", "documents": [{"code": "S10001", "city": "Elsewhere"}]})
    after = qad.browse("urn:browse:mfg:ad014", filter="vd_mstr.vd_addr,eq,S10001,")[0]["vd_mstr.vd_mod_date"]
    assert after > before


def test_changes_are_no_writes_of_a_client(qad: Any) -> None:
    qad.sandbox.add_documents({"pay": [free(qad)], "generate": {"suppliers": 1}})
    assert qad.state("writes") == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"explode": 1}, "cannot 'explode'; it can generate, match"),
        ({"match": "2000001"}, "match takes a list"),
        ({"match": ["9"]}, "no invoice '9'"),
        ({"reimburse": ["R9"]}, "no journal entry with reference 'R9'"),
        ({"generate": 5}, "generate takes numbers of suppliers"),
        ({"generate": {"suppliers": -1}}, "whole number of suppliers, not -1"),
        ({"entity": "planets", "documents": []}, "keeps suppliers, accounts"),
        ({"entity": "suppliers", "documents": ["x"]}, "documents takes objects"),
        ({"entity": "suppliers", "documents": [{"colour": "red"}]}, "no field 'colour'; there are code, name"),
        ({"entity": "suppliers", "documents": [{"active": "yes"}]}, "active takes a bool"),
        ({"entity": "invoices", "documents": [{"total": "much"}]}, "total takes an amount"),
        ({"entity": "invoices", "documents": [{"due_on": "soon"}]}, "due_on takes an ISO date"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_with_a_sentence(reader: Any, body: Any, says: str) -> None:
    with pytest.raises(SandboxMistakeError, match=says):
        reader.sandbox.add_documents(body)


def test_an_account_can_be_made_where_there_is_nothing() -> None:
    with running("qad", documents=0) as empty:
        assert empty.add_documents({"entity": "accounts", "documents": [{"code": "500100"}]}) == {
            "documents": ["500100"]
        }
        assert empty.state("holds")["holds"]["cost_objects"]["account|500100"]["active"] is True


def test_cost_centres_and_projects_are_made_and_closed(qad: Any) -> None:
    qad.sandbox.add_documents({"entity": "cost_centres", "documents": [{"code": "C-1", "description": "New"}]})
    qad.sandbox.add_documents({"entity": "projects", "documents": [{"code": "PRJ-01", "active": False}]})
    held = qad.state("holds")["cost_objects"]
    assert held["cost_centre|C-1"] == {"description": "New", "active": True}
    assert held["project|PRJ-01"] == {"description": "Press line", "active": False}
    rows = qad.browse("urn:browse:mfg:xxgl02", filter="CostObject.Code,eq,c-1,")
    assert [row["CostObject.Kind"] for row in rows] == ["cost_centre"]


def test_the_rest_of_an_order_is_received(qad: Any) -> None:
    orders = qad.state("holds")["orders"]
    number = next(key for key, order in orders.items() if order["status"] in {"", "O"} and order["received"])
    [receiver] = qad.sandbox.add_documents({"receive": [number]})["receive"]
    rows = qad.browse("urn:browse:mfg:xxpo01", filter=f"prh_hist.prh_nbr,eq,{number},")
    assert receiver in {row["prh_hist.prh_receiver"] for row in rows}
    assert qad.state("holds")["orders"][number]["status"] == "C"
    with pytest.raises(SandboxMistakeError, match="nothing to receive"):
        qad.sandbox.add_documents({"receive": [number]})


def _expense(qad: Any) -> None:
    lines = [
        {"glCode": "6900", "debitTC": 30},
        {"glCode": "2900", "creditTC": 20, "customShort0": "employee", "customShort1": "E7"},
        {"glCode": "2010", "creditTC": 10, "customShort0": "card", "customShort1": "IBCP"},
    ]
    entry = {
        "companyCode": "10USACO",
        "postingDate": "2026-11-02",
        "daybookCode": "CONCUR",
        "postingText": "Trip",
        "currencyCode": "USD",
        "customShort0": "R1",
        "journalEntryLines": lines,
    }
    view = "urn:be:com.qad.financials.generalledger.journalentry.IJournalEntry"
    qad.post("api/erp/journalEntries", {"journalEntries": [entry]}, viewUri=view)


def test_an_expense_is_reimbursed_in_parts_and_voided(qad: Any) -> None:
    _expense(qad)
    assert qad.browse("urn:browse:mfg:xxap03") == []
    qad.sandbox.add_documents({"reimburse": [{"reference": "R1", "amount": "5.50"}, "R1"]})
    rows = qad.browse("urn:browse:mfg:xxap03", filter="Expense.Reference,eq,R1,")
    assert [(row["Expense.EmployeeCode"], row["Expense.Total"]) for row in rows] == [("E7", 20)] * 2
    assert [str(row["CDocument.AllocatedAmountTC"]) for row in rows] == ["5.50", "20"]
    assert {row["CDocument.CDocumentStatus"] for row in rows} == {"Paid"}
    qad.sandbox.add_documents({"reimburse": [{"reference": "R1", "status": "Void"}]})
    rows = qad.browse("urn:browse:mfg:xxap03")
    assert [row["CDocument.CDocumentStatus"] for row in rows] == ["Void", "Void"]
    qad.sandbox.add_documents({"reimburse": [{"reference": "R1", "status": "For Collection", "restated": True}]})
    rows = qad.browse("urn:browse:mfg:xxap03")
    assert [row["CDocument.CDocumentStatus"] for row in rows] == ["For Collection", "For Collection"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"colour": 1}, "no option 'colour'; there are expires_in"),
        ({"swagger": "yes"}, "swagger takes something like False"),
        ({"expires_in": True}, "expires_in takes something like 3600"),
        ({"paging": "sideways"}, "paging knows honest, repeat"),
        ({"not_permitted": ["planets"]}, "not_permitted knows suppliers"),
        ({"renamed": {"planets": "x"}}, "renamed knows suppliers"),
    ],
)
def test_an_option_that_means_nothing_is_refused_and_changes_nothing(reader: Any, options: Any, says: str) -> None:
    before = reader.sandbox.set_options()
    with pytest.raises(SandboxMistakeError, match=says):
        reader.sandbox.set_options(basic=False, **options)
    assert reader.sandbox.set_options() == before


def test_an_empty_sandbox_invents_suppliers_when_it_needs_them() -> None:
    with running("qad", documents=0) as empty:
        made = empty.add_documents({"generate": {"invoices": 2}})
        assert len(made["generate"]["invoices"]) == 2
        assert empty.state("documents")["documents"]["suppliers"] > 0


def test_the_codes_that_need_a_crosswalk_are_listed(reader: Any) -> None:
    codes = reader.state("codes")
    assert set(codes["payment_terms"]) <= {"N30", "N45", "N60", "2-10N30"}
    assert codes["business_units"] == ["10USACO"]
    assert "EA" in codes["units"]
