"""Days and numbers as instances write them: read by the connection's settings, and never guessed without them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import Malformed
from connector.domain.exchange import EntityCheck, Verdict
from connector.systems.qad import documents as qad
from connector.systems.qad.adaptive.names import names
from connector.systems.qad.formats import Decimals, Formats, Order, day, number
from connector.systems.qad.shapes import ColumnKind
from connector.systems.qad.system import SYSTEM
from connector.systems.qad.values import reader

if TYPE_CHECKING:
    from collections.abc import Callable

TWELFTH = dt.date(2026, 9, 12)
INVOICES = "urn:browse:mfg:xxap01"


@pytest.mark.parametrize(
    ("order", "spelled"),
    [
        (Order.DMY, ["12/09/2026", "12.09.26", "12-9-2026", "120926", "12092026", "12/09/26 00:00:00"]),
        (Order.MDY, ["09/12/2026", "09.12.26", "9-12-2026", "091226", "09122026"]),
        (Order.YMD, ["26/09/12", "26.9.12", "26-09-12", "260912"]),
    ],
)
def test_a_day_is_read_in_the_order_of_its_connection(order: Order, spelled: list[str]) -> None:
    assert {day(text, order) for text in spelled} == {TWELFTH}


@pytest.mark.parametrize("order", [None, *Order])
@pytest.mark.parametrize("spelled", ["2026-09-12", "2026/09/12", "2026.9.12", "20260912", "2026-09-12T00:00:00.000Z"])
def test_a_year_of_four_digits_in_front_says_so_itself(order: Order | None, spelled: str) -> None:
    assert day(spelled, order) == TWELFTH


@pytest.mark.parametrize("spelled", ["12/09/2026", "12/09/26", "12.09.2026", "12092026", "120926", "13/11/26"])
def test_a_day_that_can_be_read_in_two_ways_is_not_read_without_the_setting(spelled: str) -> None:
    assert day(spelled, None) is None
    assert reader(ColumnKind.DAY)(spelled) == spelled


@pytest.mark.parametrize(("spelled", "number"), [("13/09/2026", 13), ("9/13/26", 13), ("09/09/2026", 9)])
def test_a_day_that_can_be_read_in_one_way_is_read(spelled: str, number: int) -> None:
    assert day(spelled, None) == dt.date(2026, 9, number)


@pytest.mark.parametrize("spelled", ["13/09/2026", "12/9/2026/1", "12/09-2026", "1/2/3", "0/0/00"])
def test_a_day_that_is_none_in_the_order_of_its_connection_is_not_read(spelled: str) -> None:
    assert day(spelled, Order.MDY) is None


def test_a_record_with_an_undecided_day_names_the_setting() -> None:
    order = {"order_number": "P1", "supplier_code": "1", "currency": "EUR", "order_date": "12/09/2026"}
    with pytest.raises(Malformed) as caught:
        qad.parse(qad.PurchaseOrder, order)
    assert caught.value.message == (
        'QAD purchase order "P1" cannot be understood: order date is "12/09/2026"; only the connection\'s setting '
        "dates (mdy, dmy or ymd) tells what that means."
    )


@pytest.mark.parametrize(
    ("decimals", "text", "read"),
    [
        (Decimals.COMMA, "100,50", "100.50"),
        (Decimals.COMMA, "-1.234.567,8", "-1234567.8"),
        (Decimals.COMMA, "1.234", "1234"),
        (Decimals.COMMA, ",5", "0.5"),
        (Decimals.POINT, "1,234.50", "1234.50"),
        (Decimals.POINT, "1.234", "1.234"),
        (None, "100.50", "100.50"),
        (None, "0.125", "0.125"),
        (None, "1234.567", "1234.567"),
    ],
)
def test_a_number_is_read_with_the_sign_of_its_connection(decimals: Decimals | None, text: str, read: str) -> None:
    assert number(text, decimals) == Decimal(read)


@pytest.mark.parametrize(
    ("decimals", "text"), [(None, "100,50"), (None, "1.234"), (Decimals.COMMA, "100.50"), (Decimals.POINT, "100,50")]
)
def test_a_number_that_is_not_certain_reaches_its_record_as_none_and_names_the_setting(
    decimals: Decimals | None, text: str
) -> None:
    raw = reader(ColumnKind.AMOUNT, Formats(decimals=decimals))(text)
    line = {"line": 1, "quantity_ordered": 1, "unit_price": raw}
    with pytest.raises(Malformed, match=r"setting decimals \(point or comma\) tells what that means"):
        qad.parse(qad.PurchaseOrder, {"order_number": "1", "supplier_code": "1", "currency": "EUR", "lines": [line]})


def test_json_numbers_need_no_setting() -> None:
    assert reader(ColumnKind.AMOUNT, Formats(decimals=Decimals.COMMA))(Decimal("1.234")) == Decimal("1.234")


def pinged(instance: Any, connect: Callable[..., Any], *cells: dict[str, object], **settings: str) -> list[EntityCheck]:
    """What ping says of days and numbers when the browse of invoices shows these cells."""
    columns = dict.fromkeys(names({}).entity("invoices").columns())
    instance.hold(INVOICES, *(columns | {"CInvoice.CInvoice_ID": place} | row for place, row in enumerate(cells)))
    return [check for check in SYSTEM.ping(connect(**settings)).checks if check.path in {"dates", "decimals"}]


def dated(text: str) -> dict[str, object]:
    return {"CInvoice.CInvoiceDate": text}


def test_ping_says_which_order_it_sees(instance: Any, connect: Callable[..., Any]) -> None:
    [said] = pinged(instance, connect, dated("12/09/2026"), dated("13/09/2026"))
    assert (said.entity, said.verdict) == ("invoices", Verdict.UNCERTAIN)
    assert said.detail == (
        "12/09/2026 (CInvoice.CInvoiceDate) and the other rows look like dates: dmy. Set that for the connection; "
        "until then what can be read in two ways is refused."
    )


def test_ping_takes_the_order_in_which_two_digit_years_are_near(instance: Any, connect: Callable[..., Any]) -> None:
    now = dt.datetime.now(dt.UTC)
    [said] = pinged(instance, connect, dated(f"05/09/{now:%y}"), dated(f"28/09/{now:%y}"))
    assert "look like dates: dmy" in said.detail


def test_ping_says_when_it_cannot_tell(instance: Any, connect: Callable[..., Any]) -> None:
    [said] = pinged(instance, connect, dated("12/09/2026"), dated("11/09/2026"))
    assert said.verdict is Verdict.UNCERTAIN
    assert said.detail.startswith("These rows do not tell how 12/09/2026 (CInvoice.CInvoiceDate) is meant. Set dates")
    assert "to mdy or dmy;" in said.detail


def test_ping_shows_what_the_setting_makes_of_a_row(instance: Any, connect: Callable[..., Any]) -> None:
    [said] = pinged(instance, connect, dated("12/09/2026"), dates="dmy")
    assert said.verdict is Verdict.FOUND
    assert said.detail == "12/09/2026 (CInvoice.CInvoiceDate) is read as 2026-09-12, by dates: dmy."


def test_ping_says_when_the_setting_is_not_what_the_rows_show(instance: Any, connect: Callable[..., Any]) -> None:
    [said] = pinged(instance, connect, dated("12/09/2026"), dated("13/09/2026"), dates="mdy")
    assert said.verdict is Verdict.UNCERTAIN
    assert said.detail == (
        "13/09/2026 (CInvoice.CInvoiceDate) is not dates: mdy; these rows look like dates: dmy. "
        "Correct that setting of the connection."
    )


def test_ping_tells_decimal_commas(instance: Any, connect: Callable[..., Any]) -> None:
    [said] = pinged(instance, connect, {"CInvoice.CInvoiceVatTC": "1.234,50"})
    assert "look like decimals: comma" in said.detail
    assert not pinged(instance, connect, {"CInvoice.CInvoiceVatTC": "12.50"})
    assert not pinged(instance, connect, dated("2026-09-12"), dated("20260912"))
