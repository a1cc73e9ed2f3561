"""What suppliers and their network say about orders, as a payload: ConfirmationRequest, ShipNoticeRequest, statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.reading.values import present
from connector.systems.cxml.documents import identity
from connector.systems.cxml.documents.confirmations import Kind, Operation
from connector.systems.cxml.incoming.reading import Amounts, attribute, number, only
from connector.xml.reading import NotReadable, children, local, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from connector.systems.cxml.incoming.envelope import Envelope

    Body = dict[str, Any]

KINDS = {
    "ConfirmationRequest": Kind.CONFIRMATION,
    "ShipNoticeRequest": Kind.SHIP_NOTICE,
    "StatusUpdateRequest": Kind.STATUS,
}
_NUMBERS = {
    Kind.CONFIRMATION: ("ConfirmationHeader", "confirmID"),
    Kind.SHIP_NOTICE: ("ShipNoticeHeader", "shipmentID"),
}
_NAMING_AN_ORDER = ("OrderReference", "OrderIDInfo")


def key(envelope: Envelope) -> str:
    """The source key: the supplier's own number of the document, or the message itself where it has none."""
    kind = KINDS[local(envelope.request)]
    head = _head(envelope.request, kind)
    number_ = attribute(head, _NUMBERS[kind][1]) if kind in _NUMBERS else ""
    own = number_ or envelope.payload_id
    return f"{identity.folded(str(envelope.from_[0]))}|{kind.value}|{own}"


def reference(envelope: Envelope) -> str:
    """The payloadID of the message that is changed or taken back; empty where none is."""
    head = _head(envelope.request, KINDS[local(envelope.request)])
    if attribute(head, "operation") not in {Operation.UPDATE, Operation.DELETE}:
        return ""
    return attribute(only(head, "DocumentReference"), "payloadID")


def payload(envelope: Envelope) -> Body:
    """The document; raises NotReadable."""
    request, kind = envelope.request, KINDS[local(envelope.request)]
    head = _head(request, kind)
    orders = list(dict.fromkeys(filter(None, map(_order_of, _portions(request, kind)))))
    said: Body = {
        "source_key": key(envelope),
        "supplier": [{"domain": one.domain, "identity": one.identity} for one in envelope.from_],
        "buyer": [{"domain": one.domain, "identity": one.identity} for one in envelope.to],
        "kind": kind.value,
        "operation": attribute(head, "operation"),
        "order_number": ", ".join(orders),
        "notice_date": attribute(head, "noticeDate"),
        "delivery_date": attribute(head, "deliveryDate"),
        "shipment_date": attribute(head, "shipmentDate"),
        "comment": "" if head is None else " ".join(text(one) for one in children(head, "Comments")),
    }
    if kind is Kind.STATUS:
        status = only(request, "Status")
        said |= {
            "code": attribute(status, "code"),
            "about": attribute(only(request, "DocumentReference"), "payloadID"),
            "comment": " ".join(filter(None, (attribute(status, "text"), text(status)))),
        }
    else:
        said |= {"number": attribute(head, _NUMBERS[kind][1]), "lines": list(_lines(request, kind))}
    if kind is Kind.CONFIRMATION:
        said["answer"] = attribute(head, "type")
    return present(said)


def _head(request: etree._Element, kind: Kind) -> etree._Element | None:
    if kind not in _NUMBERS:
        return None
    found = only(request, _NUMBERS[kind][0])
    if found is None:
        raise NotReadable(f"is a {local(request)} without {_NUMBERS[kind][0]}")
    return found


def _portions(request: etree._Element, kind: Kind) -> list[etree._Element]:
    """What names an order: the whole confirmation, and each part of a ship notice."""
    return children(request, "ShipNoticePortion") if kind is Kind.SHIP_NOTICE else [request]


def _order_of(portion: etree._Element) -> str:
    named = (attribute(only(portion, name), "orderID") for name in _NAMING_AN_ORDER)
    return next(filter(None, named), "")


def _lines(request: etree._Element, kind: Kind) -> Iterator[Body]:
    name = "ShipNoticeItem" if kind is Kind.SHIP_NOTICE else "ConfirmationItem"
    for portion in _portions(request, kind):
        for item in children(portion, name):
            yield present(
                {
                    "order_number": _order_of(portion),
                    "order_line": attribute(item, "lineNumber"),
                    "quantity": number(attribute(item, "quantity")),
                    "unit_of_measure": text(only(item, "UnitOfMeasure")),
                    "parts": [_share(one) for one in children(item, "ConfirmationStatus")],
                }
            )


def _share(status: etree._Element) -> Body:
    amounts = Amounts()
    price = amounts.of(status, "UnitPrice") or amounts.of(only(only(status, "ItemIn"), "ItemDetail"), "UnitPrice")
    return present(
        {
            "quantity": number(attribute(status, "quantity")),
            "answer": attribute(status, "type"),
            "delivery_date": attribute(status, "deliveryDate"),
            "shipment_date": attribute(status, "shipmentDate"),
            "unit_price": price,
            "currency": next(iter(amounts.currencies), ""),
            "comment": " ".join(text(one) for one in children(status, "Comments")),
        }
    )
