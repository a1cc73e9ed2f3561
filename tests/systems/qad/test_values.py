from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import canonical
from connector.systems.qad.formats import Formats, Order
from connector.systems.qad.shapes import ColumnKind
from connector.systems.qad.values import amount, blank, day, moment, reader

_UTC = Formats(zone=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "spelled",
    ["2026-11-20", "2026-11-20T00:00:00.000Z", "2026-11-20T23:59:59+14:00", " 2026-11-20 ", "11/20/26", "11/20/2026"],
)
def test_a_day_is_read_in_every_spelling_and_never_moved(spelled: str) -> None:
    assert day(spelled) == dt.date(2026, 11, 20)


def test_two_digit_years_turn_at_1950() -> None:
    us = Formats(dates=Order.MDY)
    assert day("01/02/49", us) == dt.date(2049, 1, 2)
    assert day("01/02/50", us) == dt.date(1950, 1, 2)


@pytest.mark.parametrize("spelled", ["2026-02-30", "13/45/26", "soon", "", None, 20261120])
def test_what_is_no_day_reads_as_none(spelled: object) -> None:
    assert day(spelled) is None


def test_an_unreadable_day_is_passed_on_for_its_record_to_complain_about() -> None:
    assert reader(ColumnKind.DAY)("2026-02-30") == "2026-02-30"
    assert reader(ColumnKind.DAY)("") is None
    assert reader(ColumnKind.DAY)(None) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14))
def test_an_amount_keeps_every_digit(number: Decimal) -> None:
    assert amount(number) == number
    assert amount(str(number)) == number


def test_the_same_amount_written_differently_is_the_same_payload() -> None:
    assert {
        canonical.dumps({"a": amount(raw)}) for raw in (1200, Decimal("1200.00"), "1200.0000", Decimal("1.2E+3"))
    } == {b'{"a":"1200"}'}
    assert str(amount(Decimal("-0.00"))) == "0"


def test_large_amounts_keep_their_cents() -> None:
    assert amount(Decimal("12345678901234567.89")) == Decimal("12345678901234567.89")


@pytest.mark.parametrize("raw", ["1,200.00", "twelve", "NaN", True, [1]])
def test_what_is_no_amount_is_passed_on_as_it_came(raw: object) -> None:
    assert not isinstance(amount(raw), Decimal)


def test_a_number_that_would_fill_the_memory_stays_text() -> None:
    assert amount(Decimal("1E+999999")) == "1E+999999"
    assert reader(ColumnKind.TEXT)(Decimal("1E+999999")) == "1E+999999"


def test_numbers_in_text_columns_become_their_digits() -> None:
    assert reader(ColumnKind.TEXT)(1001) == "1001"
    assert reader(ColumnKind.TEXT)(Decimal("1001.0")) == "1001"
    assert reader(ColumnKind.TEXT)("  A1 ") == "A1"
    assert reader(ColumnKind.TEXT)(None) is None


@pytest.mark.parametrize(
    ("raw", "read"), [(True, True), ("yes", True), ("False", False), (None, None), ("perhaps", "perhaps")]
)
def test_logicals_are_read_as_json_or_as_progress_spells_them(raw: object, read: object) -> None:
    assert reader(ColumnKind.FLAG)(raw) == read


def test_a_change_is_a_day_and_its_seconds_in_the_zone_of_the_instance() -> None:
    chicago = Formats(zone=ZoneInfo("America/Chicago"))
    assert moment("2026-11-20T00:00:00.000Z", 3661, chicago) == dt.datetime(2026, 11, 20, 7, 1, 1, tzinfo=dt.UTC)
    assert moment("2026-11-20", "86399", _UTC) == dt.datetime(2026, 11, 20, 23, 59, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize("seconds", [None, -1, 86_400, "late", True])
def test_a_change_without_usable_seconds_is_the_start_of_its_day(seconds: object) -> None:
    assert moment("2026-11-20", seconds, _UTC) == dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


def test_a_change_without_a_day_is_unknown() -> None:
    assert moment(None, 5, _UTC) is None
    assert moment("0001-01-01", 0, Formats(zone=ZoneInfo("Asia/Tokyo"))) is None


def test_a_row_without_a_line_has_only_nothing_and_zero() -> None:
    assert blank({"line": None, "amount": Decimal(0), "item": "", "open": False})
    assert not blank({"line": "1", "amount": None})


def test_a_float_never_becomes_an_amount() -> None:
    assert amount(0.1) == "0.1"
    assert reader(ColumnKind.TEXT)(0.5) == "0.5"
    assert reader(ColumnKind.FLAG)(0.5) == "0.5"
