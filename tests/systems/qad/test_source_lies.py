"""What a source lists twice, or against itself: what is the same is taken once, the rest is not believed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    SourceLies,
)
from tests.systems.qad.listed import ACCOUNTS, INVOICES, ORDERS, PAYMENTS, account, keys, listing, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.ports import Source


def test_a_document_that_comes_back_after_another_is_a_lie(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P2", 1), order("P1", 2))
    with pytest.raises(SourceLies, match="lists orders P1 twice, with others between or with different values"):
        listing(source(), "orders")
    instance.hold(ORDERS, order("P1", 1), order("P2", 1), order("P1", 1))
    with pytest.raises(SourceLies, match="lists orders P1 twice"):
        listing(source(), "orders")


def test_a_document_listed_twice_alike_is_taken_once(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"), account("4001"), account("4000"))
    assert keys(listing(source(), "accounts"), "account") == ["4000", "4001"]


def test_a_document_listed_twice_differently_is_a_lie(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"), account("4001"), account("4000", **{"GL.GLIsActive": False}))
    with pytest.raises(SourceLies, match="lists accounts 4000 twice"):
        listing(source(), "accounts")


def test_a_header_that_differs_between_rows_is_a_lie(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P1", 2, **{"po_mstr.po_curr": "EUR"}))
    with pytest.raises(
        SourceLies, match=r"gives currency of orders P1 differently.*entities\.orders\.fields\.currency"
    ):
        listing(source(), "orders")


def test_a_line_listed_twice_alike_is_taken_once_and_differently_is_a_lie(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P1", 1), order("P1", 2))
    ((row,),) = (page.rows for page in listing(source(), "orders"))
    assert [line["line"] for line in row.payload["lines"]] == ["1", "2"]
    instance.rows[ORDERS][1]["pod_det.pod_qty_ord"] = 99
    with pytest.raises(SourceLies, match="gives line 1 of orders P1 twice with different values"):
        listing(source(), "orders")


def test_lines_of_a_browse_without_line_numbers_are_counted_and_all_kept(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ORDERS, order("P1", 1), order("P1", 1), order("P1", 1))
    ((row,),) = (page.rows for page in listing(source({"orders": {"lines": {"line": None}}}), "orders"))
    assert [line["line"] for line in row.payload["lines"]] == ["1", "2", "3"]
    pages = listing(source({"orders": {"lines": {"line": None}}}, page_size=2), "orders")
    assert [len(row.payload["lines"]) for page in pages for row in page.rows] == [3]


def test_rows_without_a_key_are_kept_one_by_one(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ORDERS, order("", 1), order("", 2), order("P1", 1))
    (page,) = listing(source(), "orders")
    assert [row.payload["order_number"] for row in page.rows] == ["", "", "P1"]


def test_every_lie_about_paging_ends_the_read(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, *(account(str(code)) for code in range(4000, 4006)))
    instance.cut = lambda rows, _page, size: rows[:size]
    with pytest.raises(SourceLies, match="gave the same 2 rows on pages 1 and 2"):
        listing(source(page_size=2), "accounts")
    instance.cut = lambda rows, _page, _size: rows
    with pytest.raises(SourceLies, match="gave 6 on page 1"):
        listing(source(page_size=2), "accounts")
    instance.cut = lambda rows, page, _size: instance.honestly(rows, page, 3)
    with pytest.raises(SourceLies, match="Set page_size to 3"):
        listing(source(page_size=500), "accounts")


def test_an_invoice_with_an_unfinished_matching_is_not_matched(instance: Any, source: Callable[..., Source]) -> None:
    known = dict.fromkeys(source()._names.entity("invoices").columns())  # type: ignore[attr-defined]
    first = known | {"CInvoice.CInvoice_ID": 7, "APMatchingLn.LineNumber": 1, "APMatching.APMatchingStatus": "FINISHED"}
    second = first | {"APMatchingLn.LineNumber": 2, "APMatching.APMatchingStatus": ""}
    for rows in ([first, second], [second, first]):
        instance.hold(INVOICES, *rows)
        ((row,),) = (page.rows for page in listing(source(), "invoices"))
        assert row.payload["matching_status"] == ""
        assert len(row.payload["lines"]) == 2
    finished, draft = ({"APMatching.APMatchingStatus": said} for said in ("Finished", "Draft"))
    for rows in ([first | finished, second | draft], [second | draft, first | finished]):
        instance.hold(INVOICES, *rows)
        ((row,),) = (page.rows for page in listing(source(), "invoices"))
        assert row.payload["matching_status"] == "Draft"
    instance.hold(INVOICES, first, first | {"APMatchingLn.LineNumber": 2})
    ((row,),) = (page.rows for page in listing(source(), "invoices"))
    assert row.payload["matching_status"] == "FINISHED"
    assert row.payload["invoice_id"] == "7"


def test_payments_are_dated_by_their_newest_change(instance: Any, source: Callable[..., Source]) -> None:
    known = dict.fromkeys(source()._names.entity("payments").columns())  # type: ignore[attr-defined]
    first = known | {
        "CInvoice.CInvoice_ID": 7,
        "CDocument.CDocumentNumber": 1,
        "CDocument.AllocatedAmountTC": Decimal("10.10"),
        "CDocument.LastModifiedDate": "2026-11-20",
        "CDocument.LastModifiedTime": 5,
    }
    second = first | {"CDocument.CDocumentNumber": 2, "CDocument.LastModifiedDate": "2026-11-18"}
    instance.hold(PAYMENTS, first, second, second)
    ((row,),) = (page.rows for page in listing(source(), "payments"))
    assert [payment["number"] for payment in row.payload["payments"]] == ["1", "2"]
    assert row.modified == dt.datetime(2026, 11, 20, 0, 0, 5, tzinfo=dt.UTC)
