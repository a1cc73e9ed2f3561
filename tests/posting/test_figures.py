"""Figures of QAD that JAGGAER could not show as they are: finer than the currency, or with the other sign."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.flow import Mapped
from connector.domain.money import decimals, rounded
from connector.domain.outcome import Bury
from connector.flows.qad_invoices_to_jaggaer import FLOW
from tests.flows.qad_jaggaer.ledger import ask

GOLDEN = Path(__file__).parents[1] / "flows" / "qad_jaggaer" / "golden" / "qad_invoices_to_jaggaer"
INVOICE, CREDIT = (
    json.loads((GOLDEN / f"{case}.source.json").read_text())
    for case in ("matched", "credit-note-is-a-credit-memo-with-negative-totals")
)


def billing(*amounts: str, total: str, tax: str = "0", currency: str = "EUR") -> dict[str, Any]:
    """The matched invoice with one line for each amount."""
    first = INVOICE["lines"][0]
    lines = [
        first | {"line": place, "quantity": "1", "unit_price": amount, "amount": amount}
        for place, amount in enumerate(amounts, start=1)
    ]
    return INVOICE | {"lines": lines, "tax_total": tax, "credit_total": total, "currency": currency}


def test_lines_finer_than_the_currency_go_when_rounded_they_make_the_total() -> None:
    said = ask(FLOW, billing("10.0049", "20.0051", "5.0000", total="35.01"))
    assert isinstance(said, Mapped)
    assert said.body["header"]["grandTotal"]["money"] == Decimal("35.01")


def test_a_tax_finer_than_the_currency_is_sent_rounded() -> None:
    said = ask(FLOW, billing("10", total="11.91", tax="1.905"))
    assert isinstance(said, Mapped)
    assert said.body["header"]["taxCharge1"] == Decimal("1.91")


def test_rounded_lines_that_miss_the_total_are_a_dead_letter_with_both_sums() -> None:
    said = ask(FLOW, billing("33.3333", "33.3333", "33.3334", total="100"))
    assert isinstance(said, Bury)
    assert said.code == "amounts_do_not_add_up"
    assert said.reason.endswith(
        " add up to 99.99 EUR once each is rounded to the currency (100.00 EUR before), but its total is 100.00 EUR."
    )


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_rounding_is_half_up_and_the_same_on_both_sides_of_zero(amount: Decimal, currency: str) -> None:
    result, half = rounded(amount, currency), Decimal(5).scaleb(-decimals(currency) - 1)
    assert abs(result - amount) <= half
    assert rounded(-amount, currency) == -result
    assert result == round(result, decimals(currency))
    if abs(result - amount) == half:
        assert abs(result) > abs(amount)


def _signed(invoice: dict[str, Any], *, tax: int, turned: tuple[str, ...]) -> dict[str, Any]:
    lines = [line | {name: str(-Decimal(line[name])) for name in turned} for line in invoice["lines"]]
    return invoice | {"lines": lines, "tax_total": str(tax * Decimal(invoice["tax_total"]))}


@pytest.mark.parametrize("tax", [1, -1])
@pytest.mark.parametrize("turned", [("quantity", "amount"), ("unit_price", "amount"), ("amount",)])
def test_a_credit_note_with_negative_lines_is_the_one_with_positive_lines(tax: int, turned: tuple[str, ...]) -> None:
    assert ask(FLOW, _signed(CREDIT, tax=tax, turned=turned)) == ask(FLOW, CREDIT)


def test_a_credit_note_whose_total_stands_negative_in_credit_is_one() -> None:
    note = _signed(CREDIT, tax=-1, turned=("quantity", "amount"))
    assert ask(FLOW, note | {"credit_total": "-206.94", "debit_total": "0"}) == ask(FLOW, CREDIT)


def test_a_credit_note_whose_lines_miss_the_total_with_either_sign_is_a_dead_letter() -> None:
    said = ask(FLOW, _signed(CREDIT, tax=-1, turned=("quantity", "amount")) | {"debit_total": "206.95"})
    assert isinstance(said, Bury)
    assert said.code == "amounts_do_not_add_up"


def test_an_invoice_with_negative_lines_is_none() -> None:
    said = ask(FLOW, _signed(INVOICE, tax=-1, turned=("quantity", "amount")))
    assert isinstance(said, Bury)
