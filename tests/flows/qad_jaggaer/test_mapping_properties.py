"""What holds for every invoice and every payment, not only for the golden ones."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connector.domain.errors import Malformed
from connector.domain.flow import Mapped
from connector.domain.money import Money, decimals, spelled
from connector.domain.outcome import Bury, Skip, Wait
from connector.flows.qad_invoices_to_jaggaer import FLOW as INVOICES
from connector.flows.qad_payments_to_jaggaer import FLOW as PAYMENTS
from connector.flows.qad_payments_to_jaggaer import standing
from connector.systems.jaggaer import documents as jaggaer
from connector.systems.qad import documents as qad
from tests.flows.qad_jaggaer.ledger import ask

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLP"])
CODES = st.text(alphabet="ABC0123456789-", min_size=1, max_size=8)


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), rounding=ROUND_HALF_UP)


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, Any]:
    """A supplier invoice or credit note that has cleared the match and adds up."""
    currency = draw(CURRENCIES)
    lines = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        quantity = draw(st.decimals(min_value=0, max_value=100_000, places=3))
        price = draw(st.decimals(min_value=0, max_value=100_000, places=5))
        texts = {name: draw(CODES) for name in ("order_number", "order_line", "receiver", "account", "cost_centre")}
        figures = {"quantity": quantity, "unit_price": price, "amount": rounded(quantity * price, currency)}
        lines.append({"line": number, "unit_of_measure": "EA", **texts, **figures})
    tax = rounded(draw(st.decimals(min_value=0, max_value=10_000, places=3)), currency)
    total = sum((line["amount"] for line in lines), start=tax)
    credit_note = draw(st.booleans())
    return {
        "invoice_id": "5001",
        "entity": "10USACO",
        "supplier_code": draw(CODES),
        "reference": draw(CODES),
        "posting_year": "2026",
        "daybook": "APINV",
        "voucher": "17",
        "invoice_date": "2026-11-10",
        "currency": currency,
        "credit_terms": "N30",
        "tax_total": tax,
        "lines": lines,
        "invoice_type": "CREDITNOTE" if credit_note else "INVOICE",
        "credit_total": Decimal(0) if credit_note else total,
        "debit_total": total if credit_note else Decimal(0),
        "status_code": "AP-RMALLOC",
        "allocation_status": "ALLOCATION",
        "matching_status": "FINISHED",
        "initial": False,
        "approved": True,
        "payment_locked": False,
        "receiver_matching": True,
        "hold_amount": 0,
    }


@given(invoices())
def test_what_is_sent_adds_up_to_its_total_and_keeps_its_sign(invoice: dict[str, Any]) -> None:
    sent = ask(INVOICES, invoice)

    assert isinstance(sent, Mapped)
    header, currency = sent.body["header"], invoice["currency"]
    lines = [
        rounded(line["quantity"] * line["unitPrice"]["money"], currency).copy_abs().copy_sign(line["quantity"])
        for line in sent.body["lines"]
    ]
    assert sum(lines, start=header["taxCharge1"]) == header["grandTotal"]["money"]
    assert (header["invoiceType"] == "Credit memo") is (invoice["invoice_type"] == "CREDITNOTE")
    total = header["grandTotal"]["money"]
    assert total <= 0 if header["invoiceType"] == "Credit memo" else total >= 0
    assert abs(total) == invoice["credit_total"] + invoice["debit_total"]


@given(invoices())
def test_every_line_keeps_its_order_line_and_its_accounting(invoice: dict[str, Any]) -> None:
    sent = ask(INVOICES, invoice)

    assert isinstance(sent, Mapped)
    assert [(line["lineNumber"], line["poNumber"], line["poLineNumber"]) for line in sent.body["lines"]] == [
        (line["line"], line["order_number"], line["order_line"]) for line in invoice["lines"]
    ]
    for line, source in zip(sent.body["lines"], invoice["lines"], strict=True):
        assert {"field": "account", "value": source["account"]} in line["accounting"]
        assert {"field": "cost_centre", "value": source["cost_centre"]} in line["accounting"]


@given(invoices(), st.integers(-1000, 1000))
def test_a_total_that_is_off_by_any_amount_is_never_sent(invoice: dict[str, Any], off: int) -> None:
    assume(off)
    side = "debit_total" if invoice["invoice_type"] == "CREDITNOTE" else "credit_total"
    smallest = Decimal(1).scaleb(-decimals(invoice["currency"]))

    said = ask(INVOICES, {**invoice, side: invoice[side] + off * smallest})

    assert isinstance(said, Bury)
    assert said.code == "amounts_do_not_add_up"
    assert said.reason.count(invoice["currency"]) == 2


@given(invoices(), st.sampled_from(["credit_total", "debit_total"]))
def test_a_total_finer_than_its_currency_is_never_sent(invoice: dict[str, Any], field: str) -> None:
    finer = Decimal(1).scaleb(-decimals(invoice["currency"]) - 1)

    with pytest.raises(Malformed, match=r"is finer than the \d decimals"):
        ask(INVOICES, {**invoice, field: invoice[field] + finer})


@given(
    invoices(),
    st.sampled_from(
        [
            {"initial": True},
            {"approved": False},
            {"payment_locked": True},
            {"status_code": "AP-NOALLOC"},
            {"status_code": ""},
            {"matching_status": ""},
            {"allocation_status": "NOALLOCATION"},
            {"hold_amount": Decimal("0.01")},
            {"lines": []},
        ]
    ),
)
def test_an_invoice_that_misses_one_condition_of_the_match_waits_and_is_read_again(
    invoice: dict[str, Any], missing: dict[str, Any]
) -> None:
    said = ask(
        INVOICES,
        {**invoice, **missing},
        links={"qad_suppliers_to_jaggaer:x": "absent"},
        codes={"payment_terms:N30": None},
    )

    assert isinstance(said, Wait)
    assert said.gate.startswith("three-way match of invoice")
    assert said.reread
    assert said.needs == ()


@given(invoices(), st.sampled_from(["order_number", "order_line", "receiver"]), st.data())
def test_an_invoice_with_one_loose_line_waits(invoice: dict[str, Any], tie: str, data: st.DataObject) -> None:
    loose = data.draw(st.integers(0, len(invoice["lines"]) - 1))
    lines = [{**line, tie: ""} if place == loose else line for place, line in enumerate(invoice["lines"])]

    said = ask(INVOICES, {**invoice, "lines": lines})

    assert isinstance(said, Wait)
    assert f"line {loose + 1} has no" in said.why


STATUSES = st.sampled_from([status.value for status in qad.PaymentStatus])
AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=300, places=2)
PAID = st.lists(st.fixed_dictionaries({"status": STATUSES, "amount": AMOUNTS}), max_size=5)


def paid(payments: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:  # any field
    return {
        "invoice_id": "5001",
        "supplier_code": "10023",
        "reference": "A-1",
        "invoice_type": "INVOICE",
        "currency": "EUR",
        "credit_total": "200",
        "debit_total": "0",
        "balance": "1",
        "open": True,
        "payments": payments,
        **changes,
    }


def state(payments: list[dict[str, Any]], *, told_before: bool = False) -> tuple[str, Decimal] | None:
    document = qad.parse(qad.InvoicePayments, paid(payments))
    now = standing(document, told_before=told_before)
    return (now.state.value, now.amount) if now else None


@given(PAID)
def test_the_state_follows_from_the_money_that_left(payments: list[dict[str, Any]]) -> None:
    left = sum((one["amount"] for one in payments if one["status"].startswith("Paid")), start=Decimal(0))
    statuses = {one["status"] for one in payments}

    said = state(payments)

    if left >= 200:
        assert said == ("Paid", left)
    elif left > 0:
        assert said == ("PartiallyPaid", left)
    elif "For Collection" in statuses:
        assert said is not None
        assert said[0] == "InProcess"
    elif statuses & {"Void", "Bounced"}:
        assert said == ("Payable", Decimal(0))
    else:
        assert said is None


@given(PAID, st.randoms(use_true_random=False))
def test_the_order_of_payments_changes_nothing(payments: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(payments)
    random.shuffle(shuffled)

    assert state(shuffled) == state(payments)


@given(PAID, st.sampled_from(["Void", "Bounced"]), AMOUNTS)
def test_a_payment_that_came_back_never_adds_money(
    payments: list[dict[str, Any]], status: str, amount: Decimal
) -> None:
    before = state(payments) or ("Payable", Decimal(0))

    assert state([*payments, {"status": status, "amount": amount}]) == before


@given(PAID)
def test_jaggaer_is_told_again_once_it_was_told_before(payments: list[dict[str, Any]]) -> None:
    assert state(payments, told_before=True) == (state(payments) or ("Payable", Decimal(0)))


@given(PAID)
def test_a_credit_note_is_paid_with_negative_amounts_whatever_sign_qad_uses(payments: list[dict[str, Any]]) -> None:
    credit = {"invoice_type": "CREDITNOTE", "credit_total": "0", "debit_total": "200"}
    turned = [{**one, "amount": -one["amount"]} for one in payments]

    positive, negative = ask(PAYMENTS, paid(payments, **credit)), ask(PAYMENTS, paid(turned, **credit))

    assert positive == negative
    if isinstance(positive, Mapped):
        assert positive.key == "10023|A-1|Credit memo"
        assert positive.body["amount"]["money"] <= 0
    else:
        assert isinstance(positive, Skip)


def test_payments_that_cancel_each_other_leave_the_invoice_payable() -> None:
    both = [{"status": "Paid", "amount": 100}, {"status": "Paid", "amount": -100}]

    assert state(both) == ("Payable", Decimal(0))


def test_money_under_way_that_nets_to_nothing_is_not_under_way() -> None:
    assert state([{"status": "For Collection", "amount": 0}]) is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4), CURRENCIES)
def test_money_takes_exactly_what_its_currency_has_decimals_for(amount: Decimal, currency: str) -> None:
    fits = rounded(amount, currency)
    assert Money(amount=fits, currency=currency).amount == fits
    if amount != fits:
        with pytest.raises(Malformed):
            Money(amount=amount, currency=currency)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4), CURRENCIES)
def test_an_amount_in_a_sentence_is_the_whole_amount(amount: Decimal, currency: str) -> None:
    written = spelled(amount, currency)

    assert written.endswith(f" {currency}")
    assert Decimal(written.removesuffix(f" {currency}")) == amount
    assert len(written.removesuffix(f" {currency}").partition(".")[2]) >= decimals(currency)


def test_amounts_are_spelled_with_the_decimals_of_their_currency() -> None:
    assert spelled(Decimal("12.5"), "EUR") == "12.50 EUR"
    assert spelled(Decimal(1000), "JPY") == "1000 JPY"
    assert spelled(Decimal("12.345"), "EUR") == "12.345 EUR"
    assert spelled(Decimal("1E+3"), "KWD") == "1000.000 KWD"


def test_the_keys_of_an_invoice_and_of_its_payments_are_the_same() -> None:
    assert (
        jaggaer.invoice_key(supplier_number="10023", invoice_number="A-1", invoice_type=jaggaer.InvoiceType.INVOICE)
        == ask(PAYMENTS, paid([{"status": "Paid", "amount": 1}])).key
    )
