from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.concur.financial.documents import Documents
    from sandbox.qad.books import Books


def test_invoices_whose_goods_never_came_name_orders_without_receipts(shelf: Documents, beside: Books) -> None:
    received = {one.order for one in beside.receipts}
    waiting = [one for one in shelf.of_type("invoice") if one.scenario == "order without receipt"]
    assert waiting
    for document in waiting:
        assert document.expected is not None
        assert document.expected["orders"]
        assert not set(document.expected["orders"]) & received


def test_an_invoice_adds_up_from_its_shares_to_its_total(shelf: Documents) -> None:
    for document in shelf.of_type("invoice"):
        header, expected = document.content["requestHeader"], document.expected
        shares = [share["journal"] for line in document.content["lineItem"] for share in line["allocation"]]
        assert sum(one["amountGross"] for one in shares) == header["requestTotal"]
        assert sum(one["amountNet"] for one in shares) == header["amountNetInvoice"]
        parts = header["amountNetInvoice"] + header["amountTax"] + header["amountShippingTotal"]
        assert parts == header["requestTotal"]
        assert expected is not None
        sign = -1 if expected["type"] == "CREDITNOTE" else 1
        assert Decimal(expected["total"]) * sign == header["requestTotal"]
        assert sum(Decimal(expected[part]) for part in ("net", "tax", "shipping")) == Decimal(expected["total"])


def test_invoices_write_their_days_in_both_ways(shelf: Documents) -> None:
    days = [one.content["requestHeader"]["invoiceDate"] for one in shelf.of_type("invoice")]
    assert {"/" in day for day in days} == {True, False}


def test_references_of_invoices_are_unique_for_a_vendor(shelf: Documents) -> None:
    keys = [one.expected["key"] for one in shelf.of_type("invoice") if one.expected is not None]
    assert len(keys) == len(set(keys))
