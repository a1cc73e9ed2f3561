"""Freight and other costs of a matched invoice: lines that were never ordered, and what is in the total only."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector.domain.flow import Mapped
from connector.domain.gate import CodeNeed, LinkNeed
from connector.domain.outcome import Bury, Wait
from connector.flows.qad_invoices_to_jaggaer import FLOW
from tests.flows.qad_jaggaer.ledger import ask

GOLDEN = Path(__file__).parents[1] / "flows" / "qad_jaggaer" / "golden" / "qad_invoices_to_jaggaer"
INVOICE, CREDIT = (
    json.loads((GOLDEN / f"{case}.source.json").read_text())
    for case in ("matched", "credit-note-is-a-credit-memo-with-negative-totals")
)
FREIGHT = {
    **dict.fromkeys(("order_number", "receiver", "item", "unit_of_measure", "sub_account", "project"), ""),
    "line": 3,
    "order_line": "0",
    "description": "Freight",
    "quantity": 0,
    "unit_price": 0,
    "amount": "12.50",
    "account": "6300",
    "cost_centre": "120",
}


def charged(invoice: dict[str, Any] = INVOICE, **freight: Any) -> dict[str, Any]:
    """The invoice with a cost line of 12.50, and its total."""
    side = "credit_total" if invoice["invoice_type"] == "INVOICE" else "debit_total"
    total = str(Decimal(invoice[side]) + Decimal("12.50"))
    return invoice | {"lines": [*invoice["lines"], FREIGHT | freight], side: total}


def mapped(payload: dict[str, Any], **ledger: Any) -> Mapped:
    said = ask(FLOW, payload, **ledger)
    assert isinstance(said, Mapped), said
    return said


def adds_up(body: Any) -> bool:
    header = body["header"]
    charges = [header[name] for name in ("taxCharge1", "shippingCharge", "handlingCharge") if name in header]
    lines = (line["quantity"] * line["unitPrice"]["money"] for line in body["lines"])
    return bool(sum(lines, start=sum(charges)) == header["grandTotal"]["money"])


def test_a_cost_line_goes_as_a_line_without_an_order() -> None:
    body = mapped(charged()).body
    assert body["lines"][2] == {
        "lineNumber": 3,
        "ocrItem": {"description": "Freight"},
        "quantity": Decimal(1),
        "unitPrice": {"currency": "EUR", "money": Decimal("12.50")},
        "accounting": [{"field": "account", "value": "6300"}, {"field": "cost_centre", "value": "120"}],
    }
    assert body["header"]["grandTotal"]["money"] == Decimal("219.44")
    assert adds_up(body)


def test_a_cost_line_waits_for_its_account() -> None:
    said = ask(FLOW, charged(), links={"qad_accounts_to_jaggaer:6300": "absent"})
    assert isinstance(said, Wait)
    assert said.needs == (LinkNeed(flow="qad_accounts_to_jaggaer", key="6300"),)


def test_a_cost_line_goes_as_the_header_charge_that_the_crosswalk_says() -> None:
    body = mapped(charged(), codes={"charges:6300": "shippingCharge"}).body
    assert len(body["lines"]) == 2
    assert body["header"]["shippingCharge"] == Decimal("12.50")
    assert adds_up(body)


def test_the_cost_lines_of_a_credit_note_are_negative_there() -> None:
    body = mapped(charged(CREDIT)).body
    assert body["lines"][2]["quantity"] == -1
    assert body["header"]["grandTotal"]["money"] == Decimal("-219.44")
    assert adds_up(body)
    charge = mapped(charged(CREDIT), codes={"charges:6300": "handlingCharge"}).body
    assert charge["header"]["handlingCharge"] == Decimal("-12.50")
    assert adds_up(charge)


def test_a_negative_cost_line_is_a_negative_piece() -> None:
    payload = charged(amount="-12.50") | {"credit_total": str(Decimal(INVOICE["credit_total"]) - Decimal("12.50"))}
    body = mapped(payload).body
    assert (body["lines"][2]["quantity"], body["lines"][2]["unitPrice"]["money"]) == (-1, Decimal("12.50"))
    assert adds_up(body)


def test_a_crosswalk_row_that_names_no_charge_is_a_dead_letter() -> None:
    said = ask(FLOW, charged(), codes={"charges:6300": "freight"})
    assert isinstance(said, Bury)
    assert said.code == "charge_unknown"
    assert "shippingCharge and handlingCharge" in said.reason


@pytest.mark.parametrize("part", [{"order_number": "PO10001"}, {"receiver": "RC9"}, {"item": "01010"}])
def test_a_line_that_was_ordered_or_received_is_no_cost_line(part: dict[str, str]) -> None:
    assert isinstance(ask(FLOW, charged(**part)), Wait)


def test_an_invoice_of_cost_lines_only_has_nothing_that_was_matched() -> None:
    said = ask(FLOW, charged() | {"lines": [FREIGHT]})
    assert isinstance(said, Wait)
    assert "it has no matching lines" in said.why


def in_total(invoice: dict[str, Any] = INVOICE) -> dict[str, Any]:
    return charged(invoice) | {"lines": invoice["lines"]}


def test_what_is_in_the_total_only_is_a_dead_letter_unless_the_tenant_says_where_to() -> None:
    said = ask(FLOW, in_total())
    assert isinstance(said, Bury)
    assert said.code == "amounts_do_not_add_up"


@pytest.mark.parametrize("invoice", [INVOICE, CREDIT])
def test_what_is_in_the_total_only_goes_where_the_tenant_says(invoice: dict[str, Any]) -> None:
    charge = mapped(in_total(invoice), options={"unlisted_costs": "shippingCharge"}).body
    assert abs(charge["header"]["shippingCharge"]) == Decimal("12.50")
    line = mapped(in_total(invoice), options={"unlisted_costs": "6300"}).body
    assert line["lines"][2]["accounting"] == [{"field": "account", "value": "6300"}]
    assert "poLineNumber" not in line["lines"][2]
    assert adds_up(charge)
    assert adds_up(line)


def test_the_account_for_what_is_in_the_total_only_must_be_there_first() -> None:
    options, account = {"unlisted_costs": "6300"}, "qad_accounts_to_jaggaer:6300"
    assert isinstance(ask(FLOW, in_total(), options=options, links={account: "absent"}), Wait)
    assert isinstance(ask(FLOW, INVOICE, options=options, links={account: "absent"}), Mapped)


def test_a_total_that_is_too_small_is_no_charge() -> None:
    said = ask(FLOW, INVOICE | {"credit_total": "200"}, options={"unlisted_costs": "shippingCharge"})
    assert isinstance(said, Bury)


def test_only_accounts_of_cost_lines_are_looked_up_as_charges() -> None:
    codes = FLOW.needs(FLOW.parse(charged()), {}).codes
    assert [need for need in codes if need.table == "charges"] == [CodeNeed(table="charges", code="6300")]
