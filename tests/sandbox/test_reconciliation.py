"""What the reconciliation calls a difference, for what QAD and Concur hold: a green one must mean something."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.reconciliation import qad_concur, qad_jaggaer
from workers.demo.reconciling import compared, reconcile

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.comparing import Compared


def _entry(reference: str, *payments: dict[str, str]) -> dict[str, Any]:
    lines = [
        {"account": "6100", "debit": "10.00", "credit": "0"},
        {"account": "2900", "debit": "0", "credit": "10.00"},
    ]
    return {"reference": reference, "lines": lines, "owed": "10.00", "payments": list(payments), "copies": 1}


def _report(key: str, *told: str) -> dict[str, Any]:
    said = [{"status": status, "code": 0, "references": [f"{key}/{number}"]} for number, status in enumerate(told)]
    return {"source_key": key, "payments": said}


def _position(*, line: str, quantity: str, order: str = "PO1") -> dict[str, str]:
    return {
        "PurchaseOrderNumber": order,
        "LineItemExternalID": line,
        "GoodsReceiptNumber": "R1",
        "ReceivedQuantity": quantity,
    }


def _due(**more: Any) -> dict[str, Any]:
    return {"totals": {"account|6100": "10.00", "payee|EMPL": "-10.00"}, "posted": True, **more}


QAD: dict[str, Any] = {
    "expected": {"companies": ["S1"], "orders": ["PO1"]},
    "holds": {
        "suppliers": {"S1": {"remit_to": False, "street2": "", "phone": "", "tax_id": "US1"}},
        "cost_objects": {"project|P1": {"active": True}},
        "orders": {"PO1": {"supplier": "S1"}},
        "receipts": {
            "PO1": [
                {"line": 1, "receiver": "R1", "quantity": "3"},
                {"line": 1, "receiver": "R1", "quantity": "2"},
                {"line": 2, "receiver": "R1", "quantity": "0"},
            ]
        },
        "supplier_invoices": {
            "10|S1|A-1|INVOICE": {
                "supplier": "S1",
                "reference": "A-1",
                "type": "INVOICE",
                "total": "119.00",
                "copies": 1,
            }
        },
        "journal_entries": {
            "one": _entry("REPORT1", {"status": "Paid", "amount": "10.00"}),
            "two": _entry("ADVANCE1"),
        },
    },
}
CONCUR: dict[str, Any] = {
    "codes": {"payees": {"EMPL": "2900"}, "tax_accounts": {}},
    "expected": {
        "invoices": {"REQ1": {"key": "S1|A-1|INVOICE", "total": "119.00", "orders": ["PO1"], "posted": True}},
        "expenses": {"REPORT1": _due()},
        "cash_advances": {"ADVANCE1": _due()},
    },
    "holds": {
        "vendors": {"S1|MAIN": {"Address2": "", "TaxID": "US1"}},
        "list_items": {"projects|P1": {"deleted": False}},
        "purchase_orders": {"PO1": {}},
        "receipts": {"PO1|1|R1": _position(line="1", quantity="5")},
        "expenses": {"doc1": _report("REPORT1", "PP", "CP"), "doc2": _report("RECALLED")},
        "cash_advances": {"doc3": _report("ADVANCE1")},
    },
}


def _again(both: dict[str, Any], entity: str) -> None:
    for one in both["qad"]["holds"][entity].values():
        one["copies"] = 2


def _paid(both: dict[str, Any], *payments: dict[str, str]) -> None:
    both["qad"]["holds"]["journal_entries"]["one"]["payments"] = list(payments)


def _told(both: dict[str, Any], *statuses: str) -> None:
    both["concur"]["holds"]["expenses"]["doc1"] = _report("REPORT1", *statuses)


def _told_twice(both: dict[str, Any]) -> None:
    said = both["concur"]["holds"]["expenses"]["doc1"]["payments"]
    said.append(said[-1])


def _differences(both: dict[str, Any]) -> set[str]:
    lines: list[Compared] = compared(qad_concur.sides(both["qad"], both["concur"]))
    return {
        f"{line.flow}: {what} {', '.join(keys)}"
        for line in lines
        for what in ("missing", "twice", "wrong", "uncalled")
        if (keys := getattr(line, what))
    }


CASES: dict[str, tuple[Callable[[dict[str, Any]], object], set[str]]] = {
    "a supplier did not arrive": (
        lambda both: both["concur"]["holds"]["vendors"].clear(),
        {"qad_suppliers_to_concur: missing S1"},
    ),
    "a field was emptied in QAD and not in Concur": (
        lambda both: both["concur"]["holds"]["vendors"]["S1|MAIN"].update(ContactPhoneNumber="+1 555 0100"),
        {"qad_suppliers_to_concur: wrong S1"},
    ),
    "the second street of a vendor is the one of a remit-to address": (
        lambda both: (
            both["qad"]["holds"]["suppliers"]["S1"].update(remit_to=True),
            both["concur"]["holds"]["vendors"]["S1|MAIN"].update(Address2="Box 7"),
        ),
        set(),
    ),
    "a position did not arrive": (
        lambda both: both["concur"]["holds"]["receipts"].clear(),
        {"qad_receipts_to_concur: missing PO1"},
    ),
    "a position arrived with one of its entries": (
        lambda both: both["concur"]["holds"]["receipts"]["PO1|1|R1"].update(ReceivedQuantity="3"),
        {"qad_receipts_to_concur: wrong PO1"},
    ),
    "what was given back is still in Concur": (
        lambda both: both["concur"]["holds"]["receipts"].update({"PO1|2|R1": _position(line="2", quantity="1")}),
        {"qad_receipts_to_concur: wrong PO1"},
    ),
    "something was received in Concur only": (
        lambda both: both["concur"]["holds"]["receipts"].update(
            {"PO9|1|R1": _position(line="1", quantity="1", order="PO9")}
        ),
        {"qad_receipts_to_concur: uncalled PO9"},
    ),
    "invoices are in the books twice": (
        lambda both: _again(both, "supplier_invoices"),
        {"concur_invoices_to_qad: twice S1|A-1|INVOICE"},
    ),
    "an invoice is in the books before what it is for was received": (
        lambda both: both["qad"]["holds"]["receipts"].clear(),
        {"concur_invoices_to_qad: uncalled S1|A-1|INVOICE", "qad_receipts_to_concur: uncalled PO1"},
    ),
    "a recalled invoice is in the books": (
        lambda both: (
            both["concur"]["expected"]["invoices"].clear(),
            both["concur"]["holds"].update(invoices={"doc9": {"key": "S1|A-1|INVOICE"}}),
        ),
        {"concur_invoices_to_qad: uncalled S1|A-1|INVOICE"},
    ),
    "somebody else posted an invoice": (
        lambda both: both["qad"]["holds"]["supplier_invoices"].update(
            other={"supplier": "S1", "reference": "B-7", "type": "INVOICE", "total": "1.00", "copies": 1}
        ),
        set(),
    ),
    "journal entries are in the books twice": (
        lambda both: _again(both, "journal_entries"),
        {"concur_expenses_to_qad: twice REPORT1", "concur_cash_advances_to_qad: twice ADVANCE1"},
    ),
    "a recalled report is in the books": (
        lambda both: both["qad"]["holds"]["journal_entries"].update(three=_entry("RECALLED")),
        {"concur_expenses_to_qad: uncalled RECALLED"},
    ),
    "a report is in the books with other amounts": (
        lambda both: both["concur"]["expected"]["expenses"]["REPORT1"].update(totals={"account|6100": "9.00"}),
        {"concur_expenses_to_qad: wrong REPORT1"},
    ),
    "Concur was not told of a payment": (
        _told,
        {"qad_payments_to_concur: missing REPORT1"},
    ),
    "Concur was told of a part when all was paid": (
        lambda both: _told(both, "PP"),
        {"qad_payments_to_concur: wrong REPORT1"},
    ),
    "Concur was not told that a payment was taken back": (
        lambda both: _paid(both, {"status": "Void", "amount": "10.00"}),
        {"qad_payments_to_concur: wrong REPORT1"},
    ),
    "Concur was told of a payment that never was": (
        lambda both: both["concur"]["holds"]["expenses"].update(doc2=_report("RECALLED", "CP")),
        {"qad_payments_to_concur: uncalled RECALLED"},
    ),
    "Concur was told of one payment twice": (_told_twice, {"qad_payments_to_concur: twice REPORT1"}),
    "a payment was taken back before Concur was told": (
        lambda both: (_paid(both, {"status": "Void", "amount": "10.00"}), _told(both)),
        set(),
    ),
    "nothing is different": (lambda _both: None, set()),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_reconciliation_finds_when(case: str) -> None:
    change, found = CASES[case]
    both = copy.deepcopy({"qad": QAD, "concur": CONCUR})
    change(both)
    assert _differences(both) == found


def test_another_interface_of_qad_is_reconciled_as_qad() -> None:
    lines = reconcile({"qad-ee": QAD, "concur": CONCUR})
    assert lines == compared(qad_concur.sides(QAD, CONCUR))


WANTED = {"amount": "112.50", "currency": "USD", "date": "2026-09-12", "lines": 2, "costs": 1}
ORDERED = {"poNumber": "PO1", "poLineNumber": "1", "accounts": ["4000"]}
FREIGHT = {"poNumber": None, "poLineNumber": None, "accounts": ["6300"]}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, ()),
        ({"date": "2026-12-09"}, ("S1|A-1|Invoice",)),
        ({"total": "100.00"}, ("S1|A-1|Invoice",)),
        ({"lines": [ORDERED, ORDERED]}, ("S1|A-1|Invoice",)),
        ({"lines": [FREIGHT, FREIGHT]}, ("S1|A-1|Invoice",)),
        ({"lines": [ORDERED, {**FREIGHT, "accounts": []}]}, ("S1|A-1|Invoice",)),
    ],
    ids=["all is right", "day and month change places", "without freight", "no freight", "no order", "not coded"],
)
def test_an_invoice_in_jaggaer_has_its_day_its_freight_and_its_order(change: dict[str, Any], wrong: tuple[str]) -> None:
    held = {"total": "112.50", "currency": "USD", "date": "2026-09-12", "lines": [ORDERED, FREIGHT], **change}
    nothing: dict[str, Any] = {key: {} for key in ("companies", "account_values", "orders", "payment_status")}
    source = {"expected": {**nothing, "invoices": {"S1|A-1|Invoice": WANTED}}}
    target = {"holds": {"invoices": {"S1|A-1|Invoice": held}}, "creates": {}, "counts": {}}
    lines = {line.flow: line for line in compared(qad_jaggaer.sides(source, target))}
    assert lines["qad_invoices_to_jaggaer"].wrong == wrong
