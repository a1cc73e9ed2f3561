"""JAGGAER's spelling, and the key by which an invoice is never sent twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connector.domain import canonical
from connector.systems.jaggaer import documents as jaggaer


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
