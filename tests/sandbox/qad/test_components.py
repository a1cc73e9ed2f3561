from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

SUPPLIER_VIEW = "urn:be:com.qad.base.supplier.ISupplierV2"
DOMAIN_VIEW = "urn:be:com.qad.base.supplier.IMfgSupplier"
ORDER_VIEW = "urn:be:com.qad.purchasing.purchaseorders.IPurchaseOrderHeader"
HEADERS = "api/erp/purchaseOrderHeaders"
LINES = "api/erp/purchaseOrderLines"
ORDER = {
    "purchaseOrderNumber": "P1",
    "domainCode": "10USA",
    "supplierCode": "S10001",
    "currencyCode": "USD",
    "creditTermsCode": "N30",
    "daybookSetCode": "STD",
    "shipToSite": "10-100",
    "billToCode": "10-100",
    "dueDate": "2026-12-01T00:00:00.000Z",
    "dataOperation": "C",
}


def save_supplier(qad: Any, record: dict[str, Any], code: str | None = None) -> Any:
    asked = {"sharedSetCode": "CORP", "supplierCode": code} if code else {}
    return qad.post("api/erp/supplierV2s", {"supplierV2s": [record]}, viewUri=SUPPLIER_VIEW, **asked)["submitResult"]


def save_order(qad: Any, **changed: object) -> Any:
    return qad.post(HEADERS, {"purchaseOrderHeaders": [{**ORDER, **changed}]}, viewUri=ORDER_VIEW)["submitResult"]


def said(result: Any) -> str:
    assert result["success"] is False
    assert result["errorSeverity"] > 0
    return " ".join(problem["message"] for problem in result["errors"])


def test_a_supplier_is_read_whole(reader: Any) -> None:
    record = reader.supplier("S10001")
    assert record["uri"] == f"{SUPPLIER_VIEW}:CORP.S10001"
    assert record["isActive"] is True
    assert record["remitSupplierContactV2s"][0]["addressName"]
    assert reader.supplier("S10002")["remitSupplierContactV2s"] == []


@pytest.mark.parametrize(("shared_set", "code"), [("CORP", "NOBODY"), ("OTHER", "S10001")])
def test_a_supplier_that_is_not_there_is_an_empty_success(reader: Any, shared_set: str, code: str) -> None:
    found = reader.get("api/erp/supplierV2s", viewUri=SUPPLIER_VIEW, sharedSetCode=shared_set, supplierCode=code)
    assert found == {"data": {"supplierV2s": []}}


def test_a_component_without_its_view_is_refused(reader: Any) -> None:
    answer = reader.send("GET", "api/erp/supplierV2s", supplierCode="S10001")
    assert (answer.status_code, answer.json()) == (400, {"errors": ["Invalid URI"]})


def test_a_supplier_is_changed_by_posting_back_what_was_read(qad: Any) -> None:
    record = qad.supplier("S10001")
    record.update(telephone="+1 555 1", isActive=False, languageCode="fr")
    assert save_supplier(qad, record, "S10001")["success"] is True
    again = qad.supplier("S10001")
    assert (again["telephone"], again["isActive"], again["languageCode"]) == ("+1 555 1", False, "fr")
    assert again["concurrencyHash"] != record["concurrencyHash"]
    assert qad.state("holds")["suppliers"]["S10001"]["active"] is False
    assert qad.state("writes")[-1]["outcome"] == "updated"


def test_a_stale_supplier_is_refused(qad: Any) -> None:
    record = qad.supplier("S10001")
    save_supplier(qad, {**record, "telephone": "1"}, "S10001")
    assert "changed by another user" in said(save_supplier(qad, {**record, "telephone": "2"}, "S10001"))
    assert qad.supplier("S10001")["telephone"] == "1"


def test_a_new_supplier_gets_domain_data_that_still_has_to_be_filled(qad: Any) -> None:
    record = {**qad.supplier("S10001"), "supplierCode": "NEW", "concurrencyHash": ""}
    assert save_supplier(qad, record)["success"] is True
    asked = {"viewUri": DOMAIN_VIEW, "domainContext": "10USA", "supplierCode": "NEW"}
    domain = qad.get("api/erp/mfgSuppliers", **asked)["data"]["mfgSuppliers"][0]
    assert domain["siteCode"] == ""
    domain.update(siteCode="10-100", daybookSetCode="STD")
    saved = qad.post("api/erp/mfgSuppliers", {"mfgSuppliers": [domain]}, viewUri=DOMAIN_VIEW)
    assert saved["submitResult"]["success"] is True
    assert qad.get("api/erp/mfgSuppliers", **asked)["data"]["mfgSuppliers"][0]["daybookSetCode"] == "STD"
    assert qad.state("counts")["suppliers"] == {"NEW": 1}


def test_domain_data_of_nobody_and_without_site_is_refused(qad: Any) -> None:
    record = {"supplierCode": "NOBODY", "domainCode": "10USA", "daybookSetCode": "123456789"}
    result = qad.post("api/erp/mfgSuppliers", {"mfgSuppliers": [record]}, viewUri=DOMAIN_VIEW)["submitResult"]
    for words in ("Field is mandatory. (siteCode)", "longer than 8", "NOBODY does not exist"):
        assert words in said(result)
    found = qad.get("api/erp/mfgSuppliers", viewUri=DOMAIN_VIEW, domainContext="10USA", supplierCode="NOBODY")
    assert found["data"]["mfgSuppliers"] == []


def test_a_supplier_twice_is_refused_and_counted(qad: Any) -> None:
    record = {**qad.supplier("S10001"), "supplierCode": "NEW"}
    save_supplier(qad, record)
    assert "NEW already exists" in said(save_supplier(qad, record))
    assert qad.state("counts")["suppliers"] == {"NEW": 2}


def test_creating_with_a_code_in_the_query_looks_it_up_and_fails(qad: Any) -> None:
    record = {**qad.supplier("S10001"), "supplierCode": "NEW"}
    assert "NEW does not exist" in said(save_supplier(qad, record, "NEW"))


def test_a_supplier_with_gaps_and_long_codes_is_refused_field_by_field(qad: Any) -> None:
    record = {**qad.supplier("S10001"), "supplierCode": "123456789", "creditTermsCode": "", "sharedSetCode": "X"}
    result = save_supplier(qad, record)
    assert {problem["fieldName"] for problem in result["errors"]} == {
        "creditTermsCode",
        "supplierCode",
        "sharedSetCode",
    }
    assert "Field is mandatory. (creditTermsCode)" in said(result)


@pytest.mark.parametrize("body", [[], {}, {"supplierV2s": []}, {"supplierV2s": ["x"]}])
def test_a_body_without_records_is_a_bare_refusal(reader: Any, body: object) -> None:
    answer = reader.send("POST", "api/erp/supplierV2s", body, viewUri=SUPPLIER_VIEW)
    assert answer.status_code == 400
    assert list(answer.json()) == ["errors"]


def test_an_order_is_built_field_by_field_as_loaders_do(qad: Any) -> None:
    assert save_order(qad)["success"] is True
    asked = {"domainCode": "10USA", "purchaseOrderNumber": "P1"}
    line = qad.get(f"{LINES}Grid", initialize="true", **asked)["data"]["purchaseOrderLines"][0]
    assert line["purchaseOrderLine"] == 1
    for name, value in (("siteCode", "10-200"), ("itemCode", "AB1"), ("quantityOrdered", 3), ("purchaseCost", 2.5)):
        changed = qad.post(f"{LINES}/fieldChangeV2", {"purchaseOrderLines": [{**line, name: value}]}, fieldName=name)
        line = {**changed["data"]["purchaseOrderLines"][0]}
        line = {key: str(cell) if isinstance(cell, Decimal) else cell for key, cell in line.items()}
    assert line["itemDescription"]
    assert Decimal(line["extendedCost"]) == Decimal("7.5")
    assert qad.post(f"{LINES}Grid", {"purchaseOrderLines": [line]})["submitResult"]["success"] is True
    rows = qad.browse("urn:browse:mfg:ca009", filter="po_mstr.po_nbr,eq,P1,")
    assert [(row["pod_det.pod_part"], row["pod_det.pod_qty_ord"]) for row in rows] == [("AB1", 3)]
    assert len(qad.get(f"{LINES}Grid", **asked)["data"]["purchaseOrderLines"]) == 1


def test_an_order_is_changed_with_its_hash_and_not_without(qad: Any) -> None:
    save_order(qad)
    asked = {"viewUri": ORDER_VIEW, "domainCode": "10USA", "purchaseOrderNumber": "P1"}
    record = qad.get(HEADERS, **asked)["data"]["purchaseOrderHeaders"][0]
    assert record["dueDate"] == "2026-12-01T00:00:00.000Z"
    current = record["concurrencyHash"]
    assert "changed by another user" in said(save_order(qad, dataOperation="U", concurrencyHash="x"))
    assert save_order(qad, dataOperation="U", concurrencyHash=current, remarks="Later")["success"] is True
    assert qad.get(HEADERS, **asked)["data"]["purchaseOrderHeaders"][0]["remarks"] == "Later"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"purchaseOrderNumber": "PO100001"}, "PO100001 already exists"),
        ({"purchaseOrderNumber": "123456789"}, "longer than 8"),
        ({"supplierCode": "NOBODY"}, "NOBODY does not exist"),
        ({"supplierCode": "S10006"}, "S10006 is not active"),
        ({"shipToSite": ""}, "Field is mandatory. (shipToSite)"),
        ({"domainCode": "99XXX"}, "domain does not exist"),
        ({"dataOperation": "U", "purchaseOrderNumber": "NONE"}, "NONE does not exist"),
    ],
)
def test_an_order_that_is_wrong_is_refused(qad: Any, changed: dict[str, object], words: str) -> None:
    assert words in said(save_order(qad, **changed))
    assert qad.state("writes")[-1]["outcome"] in {"refused", "duplicate"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"purchaseOrderNumber": "NONE"}, "NONE does not exist"),
        ({"quantityOrdered": 0}, "(quantityOrdered)"),
        ({"itemCode": "I" * 19}, "longer than 18"),
        ({"siteCode": ""}, "(siteCode)"),
        ({"purchaseOrderNumber": "PO100008"}, "PO100008 is not open"),
    ],
)
def test_an_order_line_that_is_wrong_is_refused(qad: Any, line: dict[str, object], words: str) -> None:
    save_order(qad)
    good = {"purchaseOrderNumber": "P1", "purchaseOrderLine": 1, "siteCode": "S", "itemCode": "I", "quantityOrdered": 1}
    result = qad.post(f"{LINES}Grid", {"purchaseOrderLines": [{**good, **line}]})["submitResult"]
    assert words in said(result)


def test_a_field_nobody_knows_and_an_amount_that_is_none_are_bare_refusals(reader: Any) -> None:
    unknown = reader.send("POST", f"{LINES}/fieldChangeV2", {"purchaseOrderLines": [{}]}, fieldName="colour")
    assert unknown.json() == {"errors": ["Unknown field colour."]}
    line = {"purchaseOrderLines": [{"quantityOrdered": "many"}]}
    assert reader.send("POST", f"{LINES}/fieldChangeV2", line, fieldName="quantityOrdered").status_code == 400


def test_lines_and_headers_of_no_order_are_empty_successes(reader: Any) -> None:
    asked = {"domainCode": "10USA", "purchaseOrderNumber": "NONE"}
    assert reader.get(f"{LINES}Grid", **asked) == {"data": {"purchaseOrderLines": []}}
    assert reader.get(HEADERS, viewUri=ORDER_VIEW, **asked) == {"data": {"purchaseOrderHeaders": []}}
    elsewhere = {**asked, "domainCode": "99XXX", "purchaseOrderNumber": "PO100001"}
    assert reader.get(f"{LINES}Grid", **elsewhere) == {"data": {"purchaseOrderLines": []}}


def test_whether_a_line_is_received_can_be_asked(reader: Any) -> None:
    orders = reader.state("holds")["orders"]
    number = next(number for number, order in orders.items() if float(order["received"][0]) > 0)
    asked = {"domainCode": "10USA", "purchaseOrderNumber": number}
    path = f"{LINES}/isReceivedPurchaseOrderLineV2"
    assert reader.get(path, purchaseOrderLine=1, **asked)["data"] == {
        "isReceivedPurchaseOrderLine": [{"isReceived": True}]
    }
    assert reader.get(path, purchaseOrderLine=9, **asked)["data"] == {
        "isReceivedPurchaseOrderLine": [{"isReceived": False}]
    }


def test_business_documents_come_in_arrays_and_are_kept_as_they_come(qad: Any) -> None:
    records = [{"domainCode": "10USA", "f_a": "x", "_com_acme_app_Child": [{"domainCode": "10USA"}]}]
    answers = [qad.send("POST", "api/bdoc/acme/app/Thing", records) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert qad.get("api/bdoc/acme/app/Thing") == records * 2
    assert qad.get("api/bdoc/acme/app/Other") == []
    assert list(qad.state("counts")["business_documents"].values()) == [2]


@pytest.mark.parametrize("body", [{"domainCode": "10USA"}, ["x"], [{"domainCode": "10USA"}, {"f_a": 1}]])
def test_business_documents_that_are_wrong_are_bare_refusals_and_none_is_kept(qad: Any, body: object) -> None:
    answer = qad.send("POST", "api/bdoc/acme/app/Thing", body)
    assert (answer.status_code, list(answer.json())) == (400, ["errors"])
    assert qad.get("api/bdoc/acme/app/Thing") == []


def test_a_body_that_is_no_json_is_a_bare_refusal(qad: Any) -> None:
    answer = qad.send("POST", "api/bdoc/acme/app/Thing")
    assert (answer.status_code, answer.json()) == (400, {"errors": ["The request body is not valid JSON."]})
