"""Documents as the flows hand them to the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Outgoing
from connector.systems.concur.documents import bodies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ADDRESS = {
    "ExternalID": "S1",
    "Address1": "1 Main St",
    "City": "Reno",
    "StateProvince": "NV",
    "PostalCode": "89501",
    "CountryCode": "US",
}


def outgoing(entity: str, key: str, body: Mapping[str, Any]) -> Outgoing:
    return Outgoing(entity=entity, key=key, body=body, correlation_id="mlc-c0ffee")


def vendor(code: str = "V1", address: str = "A1", **fields: str) -> Outgoing:
    body = {
        "VendorCode": code,
        "AddressCode": address,
        "VendorName": "Acme",
        "CountryCode": "US",
        "CurrencyCode": "USD",
        **fields,
    }
    return outgoing("vendors", f"{code}|{address}", body)


def item(code: str = "4000", value: str = "Travel", *, kind: str = "accounts", deleted: bool = False) -> Outgoing:
    body = {"list": kind, "short_code": code, "value": value, "deleted": deleted}
    return outgoing("list_items", f"{kind}|{code}", body)


def below(code: str, *places: str, value: str = "It", gone: Sequence[str] = ()) -> Outgoing:
    """An item of the connected list at these places: "10USACO/120" are the codes above it."""
    spots = {tuple(filter(None, place.split("/"))): place in gone for place in (*places, *gone)}
    return outgoing(
        "list_items", f"connected|{code}", bodies.connected_item(short_code=code, value=value, places=spots)
    )


def order(number: str = "PO1", quantity: str = "10", **fields: Any) -> Outgoing:
    line = {"LineNumber": "1", "ExternalID": "1", "Quantity": quantity, "UnitPrice": "2.10", "AccountCode": "4000"}
    body = {
        "PurchaseOrderNumber": number,
        "PolicyExternalID": "PO-POLICY",
        "CurrencyCode": "USD",
        "OrderDate": "2026-11-01",
        "VendorCode": "V1",
        "VendorAddressCode": "A1",
        "BillToAddress": ADDRESS,
        "ShipToAddress": ADDRESS,
        "LineItem": [line],
        **fields,
    }
    return outgoing("purchase_orders", number, body)


def position(line: str = "1", quantity: str = "5", **fields: str) -> dict[str, str]:
    return {
        "PurchaseOrderNumber": "PO1",
        "LineItemExternalID": line,
        "GoodsReceiptNumber": "RC7",
        "ReceivedQuantity": quantity,
        "ReceivedDate": "2026-11-10",
        **fields,
    }


def receipt(*positions: dict[str, str]) -> Outgoing:
    return outgoing("receipts", "PO1|RC7", {"receipts": list(positions or [position()])})


def payment(doc_id: str, *, status: str = "CP", reference: str = "2026/EFT/7", amount: str = "79.10") -> Outgoing:
    detail = {
        "clearingDate": "20261120",
        "clearingAmount": amount,
        "clearingCurrency": "USD",
        "receiver": {"receiverId": "E1", "receiverName": "", "receiverType": "EMPLOYEE"},
        "clearingReference": {
            "companyCode": "10USACO",
            "financialDocumentId": "7",
            "fiscalYear": "2026",
            "paymentRef": reference,
            "paymentMethod": "E",
        },
    }
    body = {"doc_id": doc_id, "status": status, "clearing": [detail]}
    return outgoing("payment_confirmations", doc_id, body)
