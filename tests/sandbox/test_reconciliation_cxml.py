"""What the reconciliation calls a difference, for what QAD and a supplier network hold."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.reconciliation import qad_cxml
from workers.demo.reconciling import compared

if TYPE_CHECKING:
    from collections.abc import Callable

Both = dict[str, Any]


def _order(**more: Any) -> dict[str, Any]:
    facts = {"currency": "USD", "total": "100.00", "lines_total": "100.000", "lines": [{"line": 1}]}
    return {**facts, "deleted": False, "copies": 1, "seeded": False, **more}


def _billed(number: str = "A-1", **more: Any) -> dict[str, Any]:
    lines = [{"order": "PO1", "order_line": 1, "quantity": "1", "amount": "100.00"}]
    facts = {"number": number, "type": "invoice", "currency": "USD", "total": "119.00", "orders": ["PO1"]}
    return {**facts, "lines": lines, "told": [], **more}


def _posted(number: str = "A-1", **more: Any) -> dict[str, Any]:
    facts = {"supplier": "10S1", "reference": number, "type": "INVOICE", "currency": "USD", "total": "119.00"}
    return {**facts, "orders": ["PO1"], "lines": [{"order": "PO1", "order_line": 1}], "copies": 1, **more}


def _in_books(status: str | None = None, **more: Any) -> dict[str, Any]:
    return {"supplier": "10S1", "reference": "A-1", "type": "INVOICE", "payment_status": status, **more}


def _said(*told: tuple[str, str | None]) -> list[dict[str, Any]]:
    return [{"type": kind, "amount": amount} for kind, amount in told]


QAD: dict[str, Any] = {
    "expected": {"orders": ["PO1"]},
    "holds": {
        "orders": {
            "PO1": {"supplier": "10S1", "currency": "USD", "lines": 1, "total": "100.00"},
            "PO2": {"supplier": "10S1", "currency": "USD", "lines": 1, "total": "50.00"},
        },
        "receipts": {"PO1": []},
        "supplier_invoices": {"one": _posted()},
        "invoices": {"2000001": _in_books("PartiallyPaid")},
        "payments": {"2000001": [{"status": "Paid", "amount": "19.00"}, {"status": "Void", "amount": "5.00"}]},
    },
}
CXML: dict[str, Any] = {
    "expected": {"invoices": {"k": _billed()}, "cancelled_invoices": {}, "notices": ["C-1"]},
    "holds": {
        "orders": {"PO1": _order(), "NET1": _order(seeded=True)},
        "invoices": {"k": _billed(told=_said(("processing", None), ("paid", "19.00")))},
        "notices": {"C-1": {"delivered": True}, "C-2": {"delivered": False}},
    },
}


def _told(both: Both, *told: tuple[str, str | None]) -> None:
    both["cxml"]["holds"]["invoices"]["k"]["told"] = _said(*told)


def _stands(both: Both, status: str | None, *paid: str) -> None:
    both["qad"]["holds"]["invoices"]["2000001"]["payment_status"] = status
    both["qad"]["holds"]["payments"]["2000001"] = [{"status": "Paid", "amount": amount} for amount in paid]


def _posting(both: Both, **more: Any) -> None:
    both["qad"]["holds"]["supplier_invoices"]["one"].update(more)


def _at_network(both: Both, number: str, **more: Any) -> None:
    both["cxml"]["holds"]["orders"][number] = _order(**more)


def _second_invoice(both: Both, expected: str = "") -> None:
    """One that is in the books; ``expected`` is where the network's truth has it."""
    both["cxml"]["holds"]["invoices"]["k2"] = _billed("A-2")
    both["qad"]["holds"]["supplier_invoices"]["two"] = _posted("A-2")
    if expected:
        both["cxml"]["expected"][expected]["k2"] = _billed("A-2")


def _really_a_credit(both: Both) -> None:
    both["cxml"]["expected"]["invoices"]["k"].update(type="credit")
    both["cxml"]["holds"]["invoices"]["k"].update(type="credit", told=[])


CASES: dict[str, tuple[Callable[[Both], object], set[str]]] = {
    "nothing is different": (lambda _both: None, set()),
    "an order did not arrive": (
        lambda both: both["cxml"]["holds"]["orders"].pop("PO1"),
        {"qad_orders_to_cxml: missing PO1"},
    ),
    "a supplier has an order twice": (
        lambda both: _at_network(both, "PO1", copies=2),
        {"qad_orders_to_cxml: twice PO1"},
    ),
    "a supplier has the order before its last change": (
        lambda both: _at_network(both, "PO1", lines_total="90.00"),
        {"qad_orders_to_cxml: wrong PO1"},
    ),
    "an order was deleted that is open in QAD": (
        lambda both: _at_network(both, "PO1", deleted=True),
        {"qad_orders_to_cxml: wrong PO1"},
    ),
    "a cancelled order is still at its supplier": (
        lambda both: _at_network(both, "PO2"),
        {"qad_orders_to_cxml: uncalled PO2"},
    ),
    "a cancelled order was deleted at its supplier": (lambda both: _at_network(both, "PO2", deleted=True), set()),
    "a confirmation was not taken": (
        lambda both: both["cxml"]["holds"]["notices"]["C-1"].update(delivered=False),
        {"cxml_confirmations_to_qad: missing C-1"},
    ),
    "a false confirmation was taken": (
        lambda both: both["cxml"]["holds"]["notices"]["C-2"].update(delivered=True),
        {"cxml_confirmations_to_qad: uncalled C-2"},
    ),
    "an invoice is not in the books": (
        lambda both: both["qad"]["holds"]["supplier_invoices"].clear(),
        {"cxml_invoices_to_qad: missing 10S1|A-1|INVOICE"},
    ),
    "an invoice is in the books twice": (
        lambda both: _posting(both, copies=2),
        {"cxml_invoices_to_qad: twice 10S1|A-1|INVOICE"},
    ),
    "an invoice is in the books with another sum": (
        lambda both: _posting(both, total="100.00"),
        {"cxml_invoices_to_qad: wrong 10S1|A-1|INVOICE"},
    ),
    "an invoice is in the books for another line": (
        lambda both: _posting(both, lines=[{"order": "PO1", "order_line": 2}]),
        {"cxml_invoices_to_qad: wrong 10S1|A-1|INVOICE"},
    ),
    "a credit is in the books as an invoice": (
        _really_a_credit,
        {"cxml_invoices_to_qad: missing 10S1|A-1|CREDITNOTE", "cxml_invoices_to_qad: uncalled 10S1|A-1|INVOICE"},
    ),
    "an invoice is in the books before what it is for was received": (
        lambda both: both["qad"]["holds"]["receipts"].clear(),
        {"cxml_invoices_to_qad: uncalled 10S1|A-1|INVOICE"},
    ),
    "a spoiled invoice is in the books": (_second_invoice, {"cxml_invoices_to_qad: uncalled 10S1|A-2|INVOICE"}),
    "an invoice was taken back too late": (lambda both: _second_invoice(both, "cancelled_invoices"), set()),
    "somebody else posted an invoice": (
        lambda both: both["qad"]["holds"]["supplier_invoices"].update(other=_posted("B-7")),
        set(),
    ),
    "a supplier was not told of a payment": (
        lambda both: _told(both, ("processing", None)),
        {"qad_payments_to_cxml: missing 10S1|A-1|INVOICE"},
    ),
    "a supplier was told of another amount": (
        lambda both: _told(both, ("paid", "18.00")),
        {"qad_payments_to_cxml: wrong 10S1|A-1|INVOICE"},
    ),
    "a supplier was told that all is paid when a part is": (
        lambda both: _told(both, ("paid", None)),
        {"qad_payments_to_cxml: wrong 10S1|A-1|INVOICE"},
    ),
    "a supplier was told of one payment twice": (
        lambda both: _told(both, ("paid", "19.00"), ("paid", "19.00")),
        {"qad_payments_to_cxml: twice 10S1|A-1|INVOICE"},
    ),
    "a supplier was told of a payment that never was": (
        lambda both: _stands(both, None),
        {"qad_payments_to_cxml: uncalled 10S1|A-1|INVOICE"},
    ),
    "a payment was taken back and its supplier believes in it": (
        lambda both: _stands(both, "Payable"),
        {"qad_payments_to_cxml: wrong 10S1|A-1|INVOICE"},
    ),
    "a payment was taken back and its supplier knows": (
        lambda both: (_stands(both, "Payable"), _told(both, ("paid", None), ("reconciled", None))),
        set(),
    ),
    "a payment was taken back before anybody was told": (
        lambda both: (_stands(both, "Payable"), _told(both, ("processing", None))),
        set(),
    ),
    "all is paid, in two payments": (
        lambda both: (_stands(both, "Paid", "19.00", "100.00"), _told(both, ("paid", "19.00"), ("paid", None))),
        set(),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_the_reconciliation_finds_when(case: str) -> None:
    change, found = CASES[case]
    both = copy.deepcopy({"qad": QAD, "cxml": CXML})
    change(both)
    differences = {
        f"{line.flow}: {what} {', '.join(keys)}"
        for line in compared(qad_cxml.sides(both["qad"], both["cxml"]))
        for what in ("missing", "twice", "wrong", "uncalled")
        if (keys := getattr(line, what))
    }
    assert differences == found
