"""What we write into Concur, against SAP's own API descriptions: their fields only, and all that they need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.golden import PAIRS
from tests.sap_files import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="SAP's API descriptions are not beside this checkout")


def definitions(name: str) -> Mapping[str, Any]:
    described = json.loads((FOLDER / f"{name}.swagger2.json").read_bytes())
    found: Mapping[str, Any] = described.get("definitions") or described["components"]["schemas"]
    return found


def sent(flow: str) -> Iterator[Any]:
    pairs = PAIRS["qad-concur"]
    for path in sorted((pairs.folder / flow).glob("*.target.json")):
        yield pairs.read(f"{flow}/{path.name}")["body"]


def fits(body: Mapping[str, Any], kind: Mapping[str, Any]) -> None:
    assert not body.keys() - kind["properties"].keys()
    assert not set(kind.get("required", ())) - body.keys()
    for name, value in body.items():
        described = kind["properties"][name]
        assert not isinstance(value, str) or described.get("type", "string") == "string", name


def test_vendors_are_vendors_with_all_that_must_be_there() -> None:
    needed = {"VendorCode", "VendorName", "AddressCode", "CountryCode", "CurrencyCode"}
    for vendor in sent("qad_suppliers_to_concur"):
        fits(vendor, definitions("Vendors")["Vendor"])
        assert needed <= vendor.keys()


def test_orders_are_orders_with_lines_and_addresses() -> None:
    known = definitions("PurchaseOrders")
    for order in sent("qad_orders_to_concur"):
        fits(order, known["PurchaseOrder"])
        fits(order["ShipToAddress"], known["ShipToAddress"])
        fits(order["BillToAddress"], known["BillToAddress"])
        for line in order["LineItem"]:
            fits(line, known["LineItem"])
            assert line["PurchaseOrderReceiptType"] in {"QUANTITY_RECEIPT", "NONE"}


def test_receipts_are_receipts() -> None:
    for body in sent("qad_receipts_to_concur"):
        for receipt in body["receipts"]:
            fits(receipt, definitions("PurchaseOrderReceipts")["PurchaseOrderReceipt"])


def test_list_items_have_what_an_item_is_created_with() -> None:
    created = definitions("ListItem")["ListItemCreate"]
    for item in sent("qad_cost_objects_to_concur"):
        fits({"listId": "x", "shortCode": item["short_code"], "value": item["value"]}, created)
