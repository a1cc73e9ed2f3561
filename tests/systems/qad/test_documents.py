"""Reading QAD payloads: tolerant of spelling, strict about meaning."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import Malformed
from connector.systems.qad import documents as qad

ACCOUNT = {"account": "4000", "active": True}
LINE = {"line": 1, "quantity_ordered": 2, "unit_price": "3.5"}
ORDER = {"order_number": "P1", "supplier_code": "10023", "currency": "EUR", "lines": [LINE]}
PAYMENTS = {
    "invoice_id": "1",
    "supplier_code": "2",
    "invoice_type": "INVOICE",
    "currency": "EUR",
    "open": True,
    "credit_total": 1,
    "debit_total": 0,
}


def complaint(kind: type[qad.Document], payload: dict[str, Any]) -> str:
    with pytest.raises(Malformed) as caught:
        qad.parse(kind, payload)
    return caught.value.message


def order(**changes: Any) -> qad.PurchaseOrder:  # any field
    return qad.parse(qad.PurchaseOrder, {**ORDER, **changes})


def line(**changes: Any) -> qad.OrderLine:  # any field
    return order(lines=[{**LINE, **changes}]).lines[0]


@pytest.mark.parametrize(("given", "read"), [(True, True), ("yes", True), ("False", False), (" NO ", False)])
def test_logicals_are_read_in_every_spelling_qad_has(given: object, read: object) -> None:
    assert qad.parse(qad.GLAccount, {**ACCOUNT, "active": given}).active is read


@pytest.mark.parametrize("given", [None, "", "maybe", 1, 0, "x" * 1000])
def test_a_logical_that_decides_something_is_never_guessed(given: object) -> None:
    assert "active is" in complaint(qad.GLAccount, {**ACCOUNT, "active": given})
    assert "true or false is expected" in complaint(qad.GLAccount, {**ACCOUNT, "active": given})


@pytest.mark.parametrize("missing", ["initial", "approved", "payment_locked", "receiver_matching"])
def test_a_flag_of_the_match_that_the_browse_does_not_deliver_stops_the_invoice(missing: str) -> None:
    flags = {"initial": False, "approved": True, "payment_locked": False, "receiver_matching": True}
    payload = {**PAYMENTS, **{name: value for name, value in flags.items() if name != missing}}

    assert complaint(qad.SupplierInvoice, payload) == (
        f'QAD supplier invoice "1" cannot be understood: {missing.replace("_", " ")} is missing.'
    )


@pytest.mark.parametrize("given", [2, "2", "2.0", Decimal(2), Decimal("2E0"), " +2 "])
def test_an_amount_is_the_same_in_every_exact_spelling(given: object) -> None:
    assert line(quantity_ordered=given).quantity_ordered == Decimal(2)


def test_amounts_keep_every_digit() -> None:
    assert line(unit_price="123456789012345.123456789012").unit_price == Decimal("123456789012345.123456789012")


def test_minus_nothing_is_nothing() -> None:
    assert str(line(unit_price=Decimal("-0.00")).unit_price) == "0"
    assert str(line(unit_price=Decimal("0E+999999")).unit_price) == "0"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (1.5, "went through binary floating point"),
        ("1234567890123456", "at most 15 digits"),
        (10**15, "a decimal number is expected"),
        ("0.1234567890123", "at most 12 decimals"),
        (Decimal("1234567890123.45678901234567890123456789"), "at most 12 decimals"),
        (Decimal("Infinity"), "a decimal number is expected"),
    ],
)
def test_what_is_no_exact_amount_is_refused(given: object, said: str) -> None:
    assert said in complaint(qad.PurchaseOrder, {**ORDER, "lines": [{**LINE, "unit_price": given}]})


@pytest.mark.parametrize(
    "given",
    [
        "2026-01-31",
        "2026-01-31T23:59:59.000Z",
        "2026-01-31 00:00:00",
        "2026-01-31T22:00:00-08:00",
        dt.date(2026, 1, 31),
    ],
)
def test_a_day_is_the_one_its_text_names_whatever_the_zone(given: object) -> None:
    assert order(order_date=given).order_date == dt.date(2026, 1, 31)
    assert order(order_date=dt.datetime(2026, 1, 31, 23, tzinfo=dt.UTC)).order_date == dt.date(2026, 1, 31)


@pytest.mark.parametrize("given", [None, "", "  "])
def test_what_is_empty_is_absent(given: object) -> None:
    empty = order(order_date=given, credit_terms=given, remarks=given)

    assert (empty.order_date, empty.credit_terms, empty.remarks) == (None, "", "")
    assert line(quantity_received=given).quantity_received == 0


@pytest.mark.parametrize("given", ["1899-12-31", "2200-01-01"])
def test_a_year_nobody_means_is_refused(given: str) -> None:
    assert "a date between 1900 and 2199" in complaint(qad.PurchaseOrder, {**ORDER, "due_date": given})


def test_codes_lose_what_cannot_be_seen() -> None:
    assert order(credit_terms=" N\u200b30\ufeff ").credit_terms == "N30"
    assert order(revision=Decimal("2.00")).revision == "2"
    assert order(order_number=10023).order_number == "10023"


def test_prose_is_one_line_in_one_direction() -> None:
    assert order(remarks="to\r\n gate\t3 \u202eeht").remarks == "to gate 3 eht"
    assert order(remarks=7).remarks == "7"


def test_a_suppliers_own_number_keeps_its_inner_spaces() -> None:
    paid = qad.parse(qad.InvoicePayments, {**PAYMENTS, "reference": " A  1\t-\u200b2 "})

    assert paid.reference == "A  1 -2"


def test_a_currency_is_three_letters() -> None:
    assert order(currency=" usd ").currency == "USD"
    for wrong in ("US", "US$", "DOLLAR", 978, None, "ÜSD"):
        assert "currency code of three letters" in complaint(qad.PurchaseOrder, {**ORDER, "currency": wrong})


@pytest.mark.parametrize(("given", "read"), [("", "O"), (None, "O"), (" ", "O"), ("o", "O"), ("c", "C"), ("X", "X")])
def test_an_order_status_is_open_when_blank(given: object, read: str) -> None:
    assert order(status=given).status.value == read


@pytest.mark.parametrize("given", ["Q", 5, ["O"], "O" * 500])
def test_an_unknown_status_is_refused_with_the_known_ones(given: object) -> None:
    assert "but one of O, C, X is expected" in complaint(qad.PurchaseOrder, {**ORDER, "status": given})


@pytest.mark.parametrize("given", ["paid conditionally", "PaidConditionally", " PAID  CONDITIONALLY "])
def test_payment_statuses_are_compared_without_spaces_and_case(given: str) -> None:
    paid = qad.parse(qad.InvoicePayments, {**PAYMENTS, "payments": [{"status": given, "amount": 1}]})

    assert paid.payments[0].status is qad.PaymentStatus.PAID_CONDITIONALLY


def test_the_sentence_names_the_line_and_how_much_else_is_wrong() -> None:
    second = {"line": "two", "quantity_ordered": "many", "unit_price": 1}

    assert complaint(qad.PurchaseOrder, {**ORDER, "lines": [LINE, second]}) == (
        'QAD purchase order "P1" cannot be understood: line of line 2 is "two", but a decimal number is expected '
        "(and 1 more field is wrong)."
    )
    third = {"line": 3}
    assert "(and 3 more fields are wrong)" in complaint(qad.PurchaseOrder, {**ORDER, "lines": [LINE, second, third]})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([LINE, LINE], "lines is a list with line 1 twice, but each line once is expected"),
        ([{**LINE, "line": -1}], "line of line 1 is -1, but a whole number is expected"),
        ([{**LINE, "line": "1.5"}], 'line of line 1 is "1.5", but a whole number is expected'),
        ("text", 'lines is "text", but a list is expected'),
        (None, "lines is nothing, but a list is expected"),
        ({}, "lines is a set of named fields, but a list is expected"),
        ([7], "line 1 is 7, but a set of named fields is expected"),
    ],
)
def test_lines_that_are_none_are_refused(given: object, said: str) -> None:
    assert said in complaint(qad.PurchaseOrder, {**ORDER, "lines": given})


def test_the_key_is_named_unless_it_is_what_is_wrong() -> None:
    assert complaint(qad.GLAccount, {"active": True}) == "QAD GL account cannot be understood: account is missing."
    assert complaint(qad.GLAccount, {"account": ["4000"], "active": 1}).startswith("QAD GL account cannot")


def test_columns_nobody_asked_for_are_ignored() -> None:
    assert qad.parse(qad.GLAccount, {**ACCOUNT, "colour": "red"}) == qad.parse(qad.GLAccount, ACCOUNT)


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_every_amount_survives_being_stored_as_text(amount: Decimal) -> None:
    assert line(unit_price=format(amount, "f")).unit_price == amount == line(unit_price=amount).unit_price


@given(st.text())
def test_any_text_is_read_or_refused_and_never_keeps_a_control_character(text: str) -> None:
    try:
        read = order(remarks=text, credit_terms=text)
    except Malformed:
        return
    assert (read.remarks + read.credit_terms).encode().decode() == read.remarks + read.credit_terms
    assert read.credit_terms.isprintable()
    assert not any(unicodedata.category(sign) == "Cc" for sign in read.remarks)
