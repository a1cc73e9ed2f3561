from __future__ import annotations

import xml.etree.ElementTree as ET  # what is parsed is our own
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.concur.conftest import connected
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.concur.client import Client, Json

VENDORS = "/api/v3.1/invoice/vendors"
OLD_VENDORS = "/api/v3.0/invoice/vendors"
ORDERS = "/api/v3.0/invoice/purchaseorders"
RECEIPTS = "/api/v3.0/invoice/purchaseorderreceipts"
ADDRESS = {
    "ExternalID": "10-100",
    "Address1": "1 Mill Road",
    "City": "Wexbury",
    "StateProvince": "OH",
    "PostalCode": "1",
    "CountryCode": "US",
}


def vendor(code: str = "S10001", **changed: Json) -> Json:
    whole = {
        "VendorCode": code,
        "VendorName": f"Vendor {code}",
        "AddressCode": "MAIN",
        "CountryCode": "US",
        "CurrencyCode": "USD",
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def save(client: Client, *vendors: Json, method: str = "POST", path: str = VENDORS) -> list[Json]:
    return [one["StatusList"][0] for one in client.call(method, path, {"Vendor": list(vendors)})["Vendor"]]


def order(number: str = "PO100001", **changed: Json) -> Json:
    line = {"LineNumber": "1", "ExternalID": "1", "Quantity": "10", "UnitPrice": "2.5", "AccountCode": "4000"}
    whole = {
        "PurchaseOrderNumber": number,
        "PolicyExternalID": "POLICY",
        "CurrencyCode": "USD",
        "OrderDate": "2026-11-01",
        "VendorCode": "S10001",
        "VendorAddressCode": "MAIN",
        "BillToAddress": ADDRESS,
        "ShipToAddress": ADDRESS,
        "LineItem": [line],
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def receipt(**changed: Json) -> Json:
    return {
        "PurchaseOrderNumber": "PO100001",
        "LineItemExternalID": "1",
        "GoodsReceiptNumber": "RC1",
        "ReceivedQuantity": "5",
        "ReceivedDate": "2026-11-10",
        **changed,
    }


def prepare(client: Client) -> None:
    save(client, vendor())
    assert client.call("POST", ORDERS, order())["Status"] == "SUCCESS"


@pytest.fixture
def stocked(client: Client) -> Client:
    """A company with vendor S10001 and its order PO100001."""
    prepare(client)
    return client


@pytest.fixture(scope="module")
def strict_stocked() -> Iterator[Client]:
    """Likewise, one company for all the requests that are refused."""
    with connected() as client:
        prepare(client)
        yield client


def test_problems_of_vendors_ride_beside_successes_inside_200(client: Client) -> None:
    answers = save(client, vendor(), vendor(), vendor("S2", CountryCode=None), vendor("S3", Bank="x"))
    assert [one["Type"] for one in answers] == ["SUCCESS", "ERROR", "ERROR", "ERROR"]
    assert [one["RecordNumber"] for one in answers] == [1, 2, 3, 4]
    assert "already exists" in answers[1]["Message"]
    assert "CountryCode" in answers[2]["Message"]
    assert list(client.state("holds")["vendors"]) == ["S10001|MAIN"]
    assert client.state("counts")["vendors"] == {"S10001|MAIN": 2}


@pytest.mark.parametrize("name", ["VendorCode", "VendorName", "AddressCode", "CountryCode", "CurrencyCode"])
def test_each_required_field_of_a_vendor_is_required(strict: Client, name: str) -> None:
    assert name in save(strict, vendor(**{name: None}))[0]["Message"]
    assert name in save(strict, vendor(**{name: ""}))[0]["Message"]


@pytest.mark.parametrize("changed", [{"CountryCode": "USA"}, {"CurrencyCode": "usd"}, {"City": 7}])
def test_a_vendor_field_in_the_wrong_form_is_refused(strict: Client, changed: Json) -> None:
    assert save(strict, vendor(**changed))[0]["Type"] == "ERROR"


def test_the_key_of_a_vendor_is_its_code_together_with_its_address(client: Client) -> None:
    assert [one["Code"] for one in save(client, vendor(), vendor(AddressCode="REMIT"))] == [0, 0]
    assert save(client, vendor(AddressCode="OTHER"), method="PUT")[0]["Type"] == "ERROR"
    assert save(client, vendor(VendorName="New", AddressCode="REMIT"), method="PUT")[0]["Type"] == "SUCCESS"
    names = {key: one["VendorName"] for key, one in client.state("holds")["vendors"].items()}
    assert names == {"S10001|MAIN": "Vendor S10001", "S10001|REMIT": "New"}


def test_a_vendor_can_be_deleted_once(client: Client) -> None:
    save(client, vendor())
    params = {"vendorCode": "S10001", "addressCode": "MAIN"}
    types = [client.call("DELETE", VENDORS, params=params)["Vendor"][0]["StatusList"][0]["Type"] for _ in range(2)]
    assert types == ["SUCCESS", "ERROR"]


@pytest.mark.parametrize("body", [{}, {"Vendor": []}, {"Vendor": vendor()}, {"Vendor": ["x"]}])
def test_a_body_without_vendors_is_refused(strict: Client, body: Json) -> None:
    strict.send("POST", VENDORS, body, status=400)


def test_vendors_are_found_by_field_and_way_of_comparing(client: Client) -> None:
    save(client, *(vendor(f"S1000{n}", City=f"Town {n}", VendorName=f"{n} Ltd") for n in range(1, 5)))

    def codes(**params: str) -> list[str]:
        return [one["VendorCode"] for one in client.call("GET", VENDORS, params=params)["Items"]]

    assert codes(vendorCode="s10002") == ["S10002"]
    assert codes(vendorCode="S1000") == []
    assert codes(vendorCode="S1000", searchType="begins") == ["S10001", "S10002", "S10003", "S10004"]
    assert codes(city="3", searchType="ends") == ["S10003"]
    assert codes(city="own", vendorCode="04", searchType="contains") == ["S10004"]
    assert codes(sortBy="vendorCode", sortDirection="descending", limit="2") == ["S10004", "S10003"]
    client.send("GET", VENDORS, status=400, params={"searchType": "like"})


def test_vendors_come_in_pages_and_say_where_the_next_is(client: Client) -> None:
    save(client, *(vendor(f"S{10001 + n}") for n in range(30)))
    first = client.call("GET", VENDORS)
    assert (len(first["Items"]), first["TotalCount"]) == (25, 30)
    rest = client.session.get(first["NextPage"], timeout=HANG_SECONDS).json()
    assert (len(rest["Items"]), rest["NextPage"]) == (5, "")
    assert len(client.call("GET", VENDORS, params={"limit": 1000})["Items"]) == 30
    client.send("GET", VENDORS, status=400, params={"limit": 1001})


def test_the_list_of_vendors_may_be_called_otherwise(client: Client) -> None:
    client.server.set_options(vendor_list="Vendor")
    save(client, vendor())
    assert client.call("GET", VENDORS)["Vendor"][0]["VendorCode"] == "S10001"


def test_the_older_path_answers_xml_to_whoever_does_not_ask_for_json(client: Client) -> None:
    save(client, vendor(VendorName="Bolts & <Nuts>"))
    answer = client.send("GET", OLD_VENDORS)
    assert answer.headers["Content-Type"].startswith("application/xml")
    names = [one.text for one in ET.fromstring(answer.text).iter() if one.tag.endswith("VendorName")]  # noqa: S314  our own
    assert names == ["Bolts & <Nuts>"]
    as_json = client.call("GET", OLD_VENDORS, headers={"Accept": "application/json"})
    assert as_json["Items"][0]["VendorName"] == "Bolts & <Nuts>"


def test_the_older_path_tells_problems_in_xml_too(strict: Client) -> None:
    answer = strict.send("POST", OLD_VENDORS, {"Vendor": [vendor(CurrencyCode=None)]})
    assert "<Type>ERROR</Type>" in answer.text
    assert "CurrencyCode is required." in answer.text


def test_an_order_is_created_once_and_then_updated(stocked: Client) -> None:
    again = stocked.call("POST", ORDERS, order())
    assert (again["Status"], again["ErrorCode"]) == ("FAILURE", "EXISTS")
    assert stocked.call("PUT", ORDERS, order(Status="Closed"))["Status"] == "SUCCESS"
    assert stocked.call("GET", f"{ORDERS}/PO100001")["Status"] == "Closed"
    assert stocked.state("counts")["purchase_orders"] == {"PO100001": 2}


def test_an_order_that_does_not_exist_is_neither_found_nor_updated(strict_stocked: Client) -> None:
    strict_stocked.send("GET", f"{ORDERS}/PO9", status=404)
    assert strict_stocked.call("PUT", ORDERS, order("PO9"))["ErrorCode"] == "MISSING"


LINE = {"LineNumber": "1", "ExternalID": "1", "Quantity": "1", "UnitPrice": "1", "AccountCode": "4000"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"PolicyExternalID": None}, "PolicyExternalID"),
        ({"LineItem": []}, "LineItem"),
        ({"BillToAddress": {**ADDRESS, "City": ""}}, "City"),
        ({"ShipToAddress": {**ADDRESS, "StateProvince": ""}}, "StateProvince"),
        ({"ShipToAddress": "here"}, "ShipToAddress"),
        ({"VendorAddressCode": "ELSEWHERE"}, "VendorCode"),
        ({"CurrencyCode": "US"}, "CurrencyCode"),
        ({"OrderDate": "11/01/2026"}, "OrderDate"),
        ({"Status": "Open"}, "Status"),
        ({"LineItem": ["x"]}, "LineItem"),
        ({"LineItem": [{**LINE, "Quantity": "ten"}]}, "Quantity"),
        ({"LineItem": [{**LINE, "UnitPrice": ""}]}, "UnitPrice"),
        ({"LineItem": [{**LINE, "AccountCode": ""}]}, "AccountCode"),
        ({"LineItem": [{**LINE, "ExpenseType": "GOODS"}]}, "AccountCode"),
        ({"LineItem": [LINE, LINE]}, "ExternalID"),
    ],
)
def test_an_order_that_is_not_right_names_the_field(strict_stocked: Client, changed: Json, field: str) -> None:
    answer = strict_stocked.call("POST", ORDERS, order("PO2", **changed))
    assert (answer["Status"], answer["FieldCode"]) == ("FAILURE", field)
    assert answer["ErrorMessage"]


def test_states_and_policies_are_as_the_company_has_them(stocked: Client) -> None:
    stocked.server.set_options(states_required=False, policies=["USPO"])
    stateless = {**ADDRESS, "StateProvince": ""}
    answer = stocked.call("POST", ORDERS, order("PO2", ShipToAddress=stateless, PolicyExternalID="PO"))
    assert answer["FieldCode"] == "PolicyExternalID"
    answer = stocked.call("POST", ORDERS, order("PO2", ShipToAddress=stateless, PolicyExternalID="USPO"))
    assert answer["Status"] == "SUCCESS"


def test_a_receipt_is_created_once_updated_found_and_deleted(stocked: Client) -> None:
    assert stocked.call("POST", RECEIPTS, receipt())["Status"] == "SUCCESS"
    assert stocked.call("POST", RECEIPTS, receipt())["ErrorCode"] == "EXISTS"
    assert stocked.call("PUT", RECEIPTS, receipt(ReceivedQuantity="7"))["Status"] == "SUCCESS"
    found = stocked.call("GET", RECEIPTS, params={"purchaseOrderNumber": "PO100001", "lineItemExternalID": "1"})
    assert [one["ReceivedQuantity"] for one in found["Items"]] == ["7"]
    key = {"purchaseOrderNumber": "PO100001", "goodsReceiptNumber": "RC1"}
    stocked.send("DELETE", RECEIPTS, params=key)
    stocked.send("DELETE", RECEIPTS, params=key, status=404)
    assert stocked.state("counts")["receipts"] == {"PO100001|1|RC1": 2}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"GoodsReceiptNumber": ""}, "GoodsReceiptNumber"),
        ({"PurchaseOrderNumber": "PO9"}, "PurchaseOrderNumber"),
        ({"LineItemExternalID": "9"}, "LineItemExternalID"),
        ({"ReceivedQuantity": "some"}, "ReceivedQuantity"),
    ],
)
def test_a_receipt_that_is_not_right_names_the_field(strict_stocked: Client, changed: Json, field: str) -> None:
    answer = strict_stocked.call("POST", RECEIPTS, receipt(**changed))
    assert (answer["Status"], answer["FieldCode"]) == ("FAILURE", field)


def test_a_receipt_that_does_not_exist_is_not_updated(strict_stocked: Client) -> None:
    assert strict_stocked.call("PUT", RECEIPTS, receipt())["ErrorCode"] == "MISSING"


def test_a_line_alone_finds_no_receipts(strict_stocked: Client) -> None:
    strict_stocked.send("GET", RECEIPTS, status=400, params={"lineItemExternalID": "1"})


def test_several_receipts_are_not_deleted_at_once(stocked: Client) -> None:
    for number in ("RC1", "RC2"):
        stocked.call("POST", RECEIPTS, receipt(GoodsReceiptNumber=number))
    stocked.send("DELETE", RECEIPTS, params={"purchaseOrderNumber": "PO100001"}, status=400)
    assert len(stocked.state("holds")["receipts"]) == 2
