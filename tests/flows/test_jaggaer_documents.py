"""JAGGAER's spelling, and the key by which an invoice is never sent twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import canonical
from connector.reading.invoice_numbers import normalised
from connector.systems.jaggaer import documents as jaggaer


@pytest.mark.parametrize(
    "written",
    ["INV 77-A", "inv77-a", " Inv\u00a077-a ", "\uff29\uff2e\uff3677\uff0da", "INV\u200b77-A", "i n v 7 7 - a"],
)
def test_one_number_in_many_spellings_is_one_number(written: str) -> None:
    assert normalised(written) == "INV77-A"


def test_what_differs_by_more_than_spelling_stays_different() -> None:
    numbers = ["A-1", "A1", "A_1", "A-01", "Ä-1", "A-1/2"]

    assert len({normalised(number) for number in numbers}) == len(numbers)


@given(st.text())
def test_normalising_twice_changes_nothing_more(number: str) -> None:
    once = normalised(number)

    assert normalised(once) == once


@given(st.text(alphabet=st.characters(categories=["Lu", "Nd", "Pd"])), st.data())
def test_spaces_anywhere_do_not_make_another_number(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number)))
    space = data.draw(st.sampled_from(" \t\u00a0\u2003\u3000"))

    assert normalised(number[:place] + space + number[place:]) == normalised(number)


def test_an_invoice_and_a_credit_memo_of_one_number_are_two_documents() -> None:
    keys = {
        jaggaer.invoice_key(supplier_number="10023", invoice_number="a 1", invoice_type=kind)
        for kind in jaggaer.InvoiceType
    }

    assert keys == {"10023|A1|Invoice", "10023|A1|Credit memo"}


def test_booleans_are_text_days_are_midnight_and_nothing_is_left_out() -> None:
    assert (jaggaer.boolean(True), jaggaer.boolean(False)) == ("true", "false")  # noqa: FBT003  # what is converted
    assert jaggaer.moment(dt.date(2026, 2, 1)) == "2026-02-01T00:00:00.000Z"
    assert jaggaer.moment(None) is None
    kept = jaggaer.present({"a": None, "b": "", "c": {}, "d": [], "zero": Decimal(0), "no": "false"})
    assert kept == {"zero": Decimal(0), "no": "false"}


def test_empty_parts_are_empty() -> None:
    assert jaggaer.terms(None) == jaggaer.business_unit("") == jaggaer.address("") == {}
    assert jaggaer.accounting(account="", sub_account="", cost_centre="", project="") == []


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_stored_body_gets_its_numbers_back_and_keeps_its_texts(figure: Decimal) -> None:
    body = jaggaer.invoice(
        header={"grandTotal": jaggaer.amount("EUR", figure), "taxCharge1": figure, "notes": "12"},
        lines=[{"lineNumber": 1, "quantity": figure, "poLineNumber": "1", "accounting": [{"value": "4000"}]}],
    )

    assert jaggaer.numbers_restored(canonical.loads(canonical.dumps(body))) == body
