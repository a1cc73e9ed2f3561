from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.jaggaer.client import message

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Client, Json

PATH = "/ji/v1/purchaseorders"


def outcomes(client: Client) -> Json:
    return [write["outcome"] for write in client.server.state("writes")["writes"] if write["entity"] == "orders"]


def raw(client: Client, header: Json = None, lines: Json = None) -> Json:
    head = {"poNumber": "PO9", "type": "new", "supplier": {"supplierNumber": "V1001"}, **(header or {})}
    line = {"lineNumber": 1, "quantity": 1, "unitPrice": {"currency": "USD", "money": 1}}
    rows = [line] if lines is None else [{**line, **each} for each in lines]
    return client.post(PATH, {"purchaseOrder": {"header": head, "lineList": {"purchaseOrderLine": rows}}})


def test_an_order_is_created_changed_and_cancelled_under_one_id(stocked: Client) -> None:
    assert outcomes(stocked) == ["created"]
    changed = stocked.order(change="update", status="Closed")
    assert changed["returnCode"] == 0
    assert stocked.holds("orders")["PO1"]["status"] == "Closed"
    cancelled = stocked.order(change="cancel")
    assert cancelled["purchaseOrderId"] == changed["purchaseOrderId"]
    held = stocked.holds("orders")["PO1"]
    assert (held["status"], held["messages"], held["lines"][0]["unitPrice"]) == ("Cancelled", 3, "2.5")
    assert "cancelled and cannot change" in stocked.order(change="update")["returnMessage"]
    assert outcomes(stocked) == ["created", "updated", "updated", "refused"]


def test_an_order_is_found_by_its_number(stocked: Client) -> None:
    stocked.order("PO2")
    found = stocked.get(PATH, flt="poNumber==PO2")
    assert found["totRecords"] == 1
    header = found["jipurchaseOrderList"]["jipurchaseOrder"][0]["header"]
    assert (header["poNumber"], header["status"], header["numberOfLines"]) == ("PO2", "Open", 2)
    assert stocked.get(PATH, flt="poNumber==PO3")["jipurchaseOrderList"] == {}
    assert stocked.get(PATH, flt="colour==red")["returnCode"] == 2


def test_a_new_order_that_is_there_replaces_it_or_is_refused_as_the_tenant_is_set(stocked: Client) -> None:
    assert stocked.order()["returnCode"] == 0
    stocked.server.set_options(order_new_twice="refuse")
    assert "already exists" in stocked.order()["returnMessage"]
    assert outcomes(stocked) == ["created", "updated", "refused"]


@pytest.mark.parametrize(
    ("header", "lines", "words"),
    [
        ({"supplier": {"supplierNumber": "V9"}}, None, "supplier V9 is not known"),
        ({"type": "change"}, None, "not one of new, update, cancel"),
        ({"type": "update"}, None, "does not exist"),
        ({"type": "cancel"}, None, "does not exist"),
        ({}, [], "found none"),
        ({}, [{}, {}], "is there twice"),
        ({}, [{"unitPrice": 3}], "must be an amount"),
        ({}, [{"unitPrice": {"currency": "USD", "value": 3}}], "must be an amount"),
        ({}, [{"lineNumber": 1.5}], "whole number"),
        ({}, [{"quantity": "3"}], "must be a number, not a string"),
        ({}, [{"quantity": True}], "must be a number, not a boolean"),
        ({}, [{}, {"lineNumber": 2, "unitPrice": {"currency": "EUR", "money": 1}}], "found EUR, USD"),
    ],
)
def test_an_order_that_will_not_do_is_refused_with_words(
    strict_stocked: Client, header: Json, lines: Json, words: str
) -> None:
    answer = raw(strict_stocked, header, lines)
    assert answer["returnCode"] == 2
    assert words in answer["returnMessage"]
    assert "PO9" not in strict_stocked.holds("orders")


def test_an_order_line_may_carry_accounting_of_the_tenants_fields_only(stocked: Client) -> None:
    accounting = message()["invoiceOcr"]["invoiceOcrLineList"]["invoiceOcrLine"][0]
    splits = {"splittableFieldSetGroupList": accounting["splittableFieldSetGroupList"]}
    assert raw(stocked, lines=[splits])["returnCode"] == 0
    stocked.server.set_options(accounting_fields=["GLCode"])
    assert "no accounting field Account" in raw(stocked, {"poNumber": "PO10"}, [splits])["returnMessage"]


def test_a_body_that_is_no_json_is_a_bad_request(strict: Client) -> None:
    assert strict.send(PATH, "").status_code == 400


@pytest.mark.parametrize(
    ("way", "supplier", "code"), [("taken", "V10", 0), ("kept", "V1001", 0), ("refused", "V1001", 2)]
)
def test_an_order_for_another_supplier_moves_stays_or_is_refused_as_the_tenant_is_set(
    stocked: Client, way: str, supplier: str, code: int
) -> None:
    stocked.company("V10")
    stocked.server.set_options(order_supplier_changes=way)
    changed = raw(stocked, {"poNumber": "PO1", "type": "update", "supplier": {"supplierNumber": "V10"}})
    assert changed["returnCode"] == code
    (row,) = stocked.get(PATH, flt="poNumber==PO1")["jipurchaseOrderList"]["jipurchaseOrder"]
    assert row["header"]["supplier"]["supplierNumber"] == supplier
