"""What holds for the figures of every invoice that came as cXML."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connector.domain.flow import Mapped
from connector.domain.money import decimals, rounded
from connector.domain.outcome import Reject
from connector.flows.cxml_invoices_to_qad import FLOW
from tests.flows.qad_cxml.ledger import ask

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
CREDITS = ("creditMemo", "lineLevelCreditMemo")
PURPOSES = st.sampled_from(["standard", "debitMemo", "lineLevelDebitMemo", *CREDITS])
CHARGES = ("tax", "special_handling", "shipping", "discount")
SUMS = ("subtotal", "tax", "special_handling", "shipping", "gross", "discount", "net", "due")


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, Any]:
    """An invoice, a credit memo or a debit memo that adds up, with its charges in the lines or not."""
    currency, purpose = draw(CURRENCIES), draw(PURPOSES)
    sign = -1 if purpose in CREDITS else 1
    cent = Decimal(1).scaleb(-decimals(currency))

    def money(most: int) -> Decimal:
        return draw(st.integers(0, most)) * cent

    lines: list[dict[str, Any]] = []
    in_lines = {name: draw(st.booleans()) for name in CHARGES}
    for number in range(1, draw(st.integers(1, 4)) + 1):
        quantity = draw(st.decimals(min_value=1, max_value=1000, places=3))
        price = draw(st.decimals(min_value=1, max_value=1000, places=4))
        line = {
            "line_number": str(number),
            "order_line": str(number),
            "quantity": str(sign * quantity),
            "unit_price": str(price),
            "subtotal": sign * rounded(quantity * price, currency),
        }
        lines.append(line | {name: sign * money(50) for name in CHARGES if in_lines[name]})
    whole: dict[str, Decimal] = {"subtotal": sum((line["subtotal"] for line in lines), start=Decimal(0))}
    for name in CHARGES:
        in_all = sum((line[name] for line in lines), start=Decimal(0)) if in_lines[name] else sign * money(50)
        whole[name] = in_all
    whole["gross"] = whole["subtotal"] + whole["tax"] + whole["special_handling"] + whole["shipping"]
    whole["net"] = whole["due"] = whole["gross"] - whole["discount"]
    assume(sign * whole["net"] > 0)
    return {
        "source_key": "duns:123456789|INV-1|x",
        "supplier": [{"domain": "DUNS", "identity": "123456789"}],
        "invoice_number": "INV-1",
        "invoice_date": "2026-11-09",
        "purpose": purpose,
        "refers": True,
        "currency": currency,
        **{f"{name}_in_lines": flag for name, flag in in_lines.items()},
        "orders": [{"order_number": "PO1", "lines": lines}],
        "summary": whole,
    }


@given(invoices())
def test_what_adds_up_is_posted_with_its_amount_and_never_below_zero(invoice: dict[str, Any]) -> None:
    said = ask(FLOW, invoice)

    assert isinstance(said, Mapped)
    body, credit = said.body, invoice["purpose"] in CREDITS
    assert body["total"] == abs(invoice["summary"]["net"])
    assert body["invoice_type"] == ("CREDITNOTE" if credit else "INVOICE")
    amounts = [line["amount"] for line in body["lines"]]
    assert amounts == [abs(line["subtotal"]) for line in invoice["orders"][0]["lines"]]
    assert all(line["quantity"] > 0 and line["unit_price"] > 0 for line in body["lines"])


@given(invoices(), st.sampled_from(SUMS), st.integers(-1000, 1000))
def test_what_is_off_by_any_amount_is_rejected(invoice: dict[str, Any], name: str, off: int) -> None:
    assume(off)
    cent = Decimal(1).scaleb(-decimals(invoice["currency"]))
    summary = {**invoice["summary"], name: invoice["summary"][name] + off * cent}

    said = ask(FLOW, {**invoice, "summary": summary})

    assert isinstance(said, Reject)
    assert said.reason.endswith("Correct it and send it again.")


@given(invoices(), st.data())
def test_a_line_that_is_off_is_rejected(invoice: dict[str, Any], data: st.DataObject) -> None:
    lines = [dict(line) for line in invoice["orders"][0]["lines"]]
    line = data.draw(st.sampled_from(lines))
    line["subtotal"] += data.draw(st.sampled_from([-1, 1])) * Decimal(1).scaleb(-decimals(invoice["currency"]))

    assert isinstance(ask(FLOW, {**invoice, "orders": [{"order_number": "PO1", "lines": lines}]}), Reject)


@given(invoices(), st.sampled_from(["standard", "creditMemo"]))
def test_an_amount_of_the_wrong_sign_is_rejected(invoice: dict[str, Any], purpose: str) -> None:
    assume((purpose in CREDITS) != (invoice["purpose"] in CREDITS))

    said = ask(FLOW, {**invoice, "purpose": purpose})

    assert isinstance(said, Reject)
    assert "below zero" in said.reason


@given(invoices())
def test_amounts_that_may_be_left_out_change_nothing(invoice: dict[str, Any]) -> None:
    left = {name: value for name, value in invoice["summary"].items() if name not in ("gross", "due")}
    lines = [
        {name: value for name, value in line.items() if name != "subtotal"} for line in invoice["orders"][0]["lines"]
    ]
    with_all = ask(FLOW, invoice)
    without = ask(FLOW, {**invoice, "summary": left, "orders": [{"order_number": "PO1", "lines": lines}]})

    assert without.body == with_all.body


@pytest.mark.parametrize(("currency", "net"), [("USD", "21.001"), ("JPY", "21.1")])
def test_an_amount_finer_than_its_currency_is_rejected(currency: str, net: str) -> None:
    line = {"quantity": "1", "unit_price": net, "subtotal": net}
    said = ask(
        FLOW,
        {
            "source_key": "k",
            "supplier": [{"domain": "DUNS", "identity": "123456789"}],
            "invoice_number": "1",
            "invoice_date": "2026-11-09",
            "currency": currency,
            "orders": [{"lines": [line]}],
            "summary": {"subtotal": net, "net": net},
        },
    )
    assert isinstance(said, Reject)
    assert "finer than its currency" in said.reason
