"""ConfirmationRequest and ShipNoticeRequest: what a supplier says to an order before it bills it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.cxml.wire import element, now
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from lxml import etree

    from sandbox.cxml.network import Order, OrderLine

#: of a confirmation as a whole, with what each of its lines is then
CONFIRMATIONS: Final = {
    "accept": "",
    "reject": "",
    "detail": "detail",
    "allDetail": "allDetail",
    "except": "backordered",
    "backordered": "backordered",
}


def confirmation(order: Order, number: str, asked: Mapping[str, Any], *, before: str = "") -> etree._Element:
    """Confirm an order. ``before`` is the payloadID of the confirmation that this one replaces."""
    kind = asked.get("type", "accept")
    if kind not in CONFIRMATIONS:
        raise SandboxMistakeError(f"A confirmation is one of {', '.join(CONFIRMATIONS)}; not {kind!r}.")
    header = element(
        "ConfirmationHeader",
        element("DocumentReference", payloadID=before) if before else None,
        confirmID=number,
        type=kind,
        operation="update" if before else "new",
        noticeDate=now(),
    )
    lines = _chosen(order, asked.get("lines")) if CONFIRMATIONS[kind] else []
    items = [_confirmed(line, quantity, CONFIRMATIONS[kind], order, asked) for line, quantity in lines]
    return element("ConfirmationRequest", header, _reference(order), *items)


def _confirmed(line: OrderLine, quantity: Decimal, kind: str, order: Order, asked: Mapping[str, Any]) -> etree._Element:
    price = str(asked.get("price", ""))
    status = element(
        "ConfirmationStatus",
        element("UnitOfMeasure", line.unit),
        element("UnitPrice", element("Money", price, currency=order.currency)) if price else None,
        quantity=str(quantity),
        type=kind,
        deliveryDate=str(asked.get("delivery", "")),
    )
    unit = element("UnitOfMeasure", line.unit)
    return element("ConfirmationItem", unit, status, quantity=str(line.quantity), lineNumber=str(line.number))


def ship_notice(order: Order, number: str, asked: Mapping[str, Any]) -> etree._Element:
    """Announce that an order, or a part of it, is on its way."""
    lines = _chosen(order, asked.get("lines"))
    header = element(
        "ShipNoticeHeader",
        element("ServiceLevel", "Ground", lang="en"),
        shipmentID=number,
        noticeDate=now(),
        shipmentDate=str(asked.get("shipped", now())),
        deliveryDate=str(asked.get("delivery", "")),
        operation="new",
    )
    carrier = element("CarrierIdentifier", "Sandbox Parcels", domain="companyName")
    control = element("ShipControl", carrier, element("ShipmentIdentifier", f"TRACK-{number}"))
    items = [
        element(
            "ShipNoticeItem",
            element("UnitOfMeasure", line.unit),
            quantity=str(quantity),
            lineNumber=str(line.number),
            shipNoticeLineNumber=str(place),
        )
        for place, (line, quantity) in enumerate(lines, start=1)
    ]
    portion = element("ShipNoticePortion", _reference(order), *items)
    return element("ShipNoticeRequest", header, control, portion)


def _reference(order: Order) -> etree._Element:
    latest = element("DocumentReference", payloadID=order.payload)
    return element("OrderReference", latest, orderID=order.number, orderDate=order.dated)


def _chosen(order: Order, lines: object) -> list[tuple[OrderLine, Decimal]]:
    """Return the lines that are asked for with their quantities: all of them unless some are named."""
    if lines is None:
        return [(line, line.quantity) for line in order.lines]
    return [(line, quantity) for line, quantity in quantities(order, lines).items() if quantity]


def quantities(order: Order, lines: object) -> dict[OrderLine, Decimal]:
    """Read ``{"1": "3"}``: quantities by line number."""
    known = {str(line.number): line for line in order.lines}
    if not isinstance(lines, Mapping) or not lines or not set(lines) <= set(known):
        raise SandboxMistakeError(f"lines takes quantities by line; order {order.number} has {', '.join(known)}.")
    return {known[name]: decimal(value, f"line {name}") for name, value in lines.items()}


def decimal(value: object, what: str) -> Decimal:
    """Read a number that the control API was given as text."""
    try:
        found = Decimal(str(value))
    except ArithmeticError:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite():
        raise SandboxMistakeError(f"{what} takes a number as text, not {value!r}.")
    return found
