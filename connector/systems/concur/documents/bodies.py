"""What we write into Concur, in SAP's own names (documented): vendors, list items, orders, receipts, paid expenses.

Most of SAP's fields are texts, numbers among them; only a clearing's amount is a number.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connector.reading.values import present

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

Body = dict[str, Any]

#: version of a receipt that knows quantities; the first only says that there is one
_RECEIPT_VERSION = "2.0"


class ListKind(StrEnum):
    """Which of the connection's lists."""

    ACCOUNTS = "accounts"
    COST_CENTRES = "cost_centres"
    PROJECTS = "projects"
    COMPANIES = "companies"
    CONNECTED = "connected"


class OrderStatus(StrEnum):
    """The two states Concur takes."""

    TRANSMITTED = "Transmitted"
    CLOSED = "Closed"


class Paid(StrEnum):
    """Where the payment of an expense report stands."""

    COMPLETELY = "CP"
    PARTLY = "PP"
    REVERSED = "RE"


class Method(StrEnum):
    """How it was paid."""

    ELECTRONIC = "E"
    CHECK = "C"


def whole(body: Mapping[str, Any]) -> Body:
    """What we answer for at this level: a blank is a value, and empties what Concur has."""
    return {name: "" if value is None else value for name, value in body.items() if value not in ({}, [])}


def figure(number: Decimal) -> str:
    """A number as text, without zeros that mean nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def flag(value: bool) -> str:  # noqa: FBT001 - the one argument is the thing converted
    """Concur's invoice side writes booleans as text."""
    return "true" if value else "false"


def day(value: dt.date | None) -> str:
    """A day as SAP writes it; empty when there is none."""
    return value.isoformat() if value else ""


def vendor_key(*, vendor_code: str, address_code: str) -> str:
    """What tells one vendor record from another."""
    return f"{vendor_code}|{address_code}"


def vendor(fields: Mapping[str, Any]) -> Body:
    """One address of a vendor; the flow has made sure of code, name, address code, country and currency."""
    return whole(fields)


def list_item_key(*, kind: ListKind, short_code: str) -> str:
    """What tells one item of our lists from another."""
    return f"{kind.value}|{short_code}"


def list_item(*, kind: ListKind, short_code: str, value: str, deleted: bool) -> Body:
    """One item of a list; which list it is, the connection knows."""
    return {"list": kind.value, "short_code": short_code, "value": value, "deleted": deleted}


def connected_item(*, short_code: str, value: str, places: Mapping[tuple[str, ...], bool]) -> Body:
    """One item of the connected list: for each place (codes above it, from the top) whether it is deleted there."""
    return {
        "list": ListKind.CONNECTED.value,
        "short_code": short_code,
        "value": value,
        "places": [{"parents": list(parents), "deleted": deleted} for parents, deleted in sorted(places.items())],
    }


def address(*, code: str, name: str, street: str, city: str, state: str, postal_code: str, country: str) -> Body:
    """Where an order is delivered or billed to."""
    return whole(
        {
            "ExternalID": code,
            **present({"Name": name}),
            "Address1": street,
            "City": city,
            "StateProvince": state,
            "PostalCode": postal_code,
            "CountryCode": country,
        }
    )


def purchase_order(*, header: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Body:
    """A purchase order with its lines."""
    return {**whole(header), "LineItem": [whole(line) for line in lines]}


def receipt(
    *, order: str, line: str, receiver: str, quantity: Decimal, unit_of_measure: str, received_on: dt.date | None
) -> Body:
    """What one receiver brought of one line; nothing at all takes it out of Concur."""
    return whole(
        {
            "PurchaseOrderNumber": order,
            "LineItemExternalID": line,
            "GoodsReceiptNumber": receiver,
            "ReceivedDate": day(received_on),
            "ReceivedQuantity": figure(quantity),
            "UnitOfMeasureCode": unit_of_measure,
            "Deleted": flag(not quantity),
            "Version": _RECEIPT_VERSION,
        }
    )


def receipts(positions: Iterable[Body]) -> Body:
    """All that was received on an order."""
    return {"receipts": list(positions)}


def takes_away(body: Mapping[str, Any]) -> bool:
    """Whether an item, all places of an item, or all positions of a receipt are only deleted."""
    if "receipts" in body:
        return all(position.get("Deleted") == "true" for position in body["receipts"])
    return all(place["deleted"] for place in body.get("places", [body]))


def clearing(
    *,
    paid_on: dt.date | None,
    amount: Decimal,
    currency: str,
    receiver: str,
    company: str,
    document: str,
    fiscal_year: str,
    payment_reference: str,
    method: Method,
) -> Body:
    """One payment. ``payment_reference`` names it for ever: telling it twice changes nothing."""
    return present(
        {
            "clearingDate": f"{paid_on.isoformat()}T00:00:00.000Z" if paid_on else None,
            "clearingAmount": amount,
            "clearingCurrency": currency,
            "receiver": {"receiverId": receiver, "receiverType": "EMPLOYEE"} if receiver else None,
            "clearingReference": present(
                {
                    "companyCode": company,
                    "financialDocumentId": document,
                    "fiscalYear": fiscal_year,
                    "paymentRef": payment_reference,
                    "paymentMethod": method.value,
                }
            ),
        }
    )


def payment_confirmation(
    *, doc_id: str, status: Paid, clearings: Iterable[Body], reversal: Iterable[Body] = (), before: str = ""
) -> Body:
    """Where the payment of one expense report stands; ``reversal`` is taken back before that is told.

    ``before`` is the status that Concur was told last, empty when it was told nothing.
    """
    told = present({"reversal": list(reversal), "before": before})
    return {"doc_id": doc_id, "status": status.value, "clearing": list(clearings), **told}
