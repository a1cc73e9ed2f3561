"""OrderRequest: new orders, their updates, and their end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.cxml.network import Network, Order, OrderLine
from sandbox.cxml.values import moment, money, number, whole
from sandbox.cxml.wire import RefusedError, text

if TYPE_CHECKING:
    from lxml import etree

    from sandbox.cxml.envelope import Envelope


class Orders:
    """Takes them for the suppliers they are for."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def take(self, envelope: Envelope) -> str:
        """Take one; answer in a sentence, or refuse it."""
        header = envelope.request.find("OrderRequestHeader")
        if header is None:
            raise RefusedError(406, "The order has no header.")
        order = _order(envelope, header)
        try:
            return self._take(order, header.get("type", "new"), header.find("DocumentReference"))
        except RefusedError:
            self._network.journal.record(entity="orders", key=order.number, outcome="refused")
            raise

    def _take(self, order: Order, kind: str, reference: etree._Element | None) -> str:
        known = self._network.orders.get(order.number)
        if kind == "new":
            return self._begin(order, known)
        if known is None:
            raise RefusedError(417, f"There is no order {order.number} to {kind}.")
        if (known.domain, known.supplier) != (order.domain, order.supplier):
            raise RefusedError(417, f"Order {order.number} is not one of supplier {order.supplier}.")
        if known.deleted:
            raise RefusedError(409, f"Order {order.number} was deleted.")
        self._check_reference(order, reference)
        self._check_version(order, known)
        taken = replace(order, deleted=kind == "delete", copies=known.copies, updates=known.updates + 1)
        self._network.keep(taken)
        self._network.journal.record(entity="orders", key=order.number, outcome="updated")
        return f"Order {order.number} {'deleted' if taken.deleted else 'updated'}."

    def _begin(self, order: Order, known: Order | None) -> str:
        # Who forgets payloadIDs forgets that an order came: the same document again is a second order.
        again = known is not None and known.payload == order.payload
        if known is not None and not known.deleted and not again:
            raise RefusedError(409, f"Order {order.number} exists; change it with an update.")
        if known is not None and known.deleted and not again:
            self._check_version(order, known)
        copies = known.copies + 1 if known is not None and again else 1
        self._network.keep(replace(order, copies=copies))
        self._network.journal.record(entity="orders", key=order.number, outcome="created")
        return f"Order {order.number} accepted."

    def _check_reference(self, order: Order, reference: etree._Element | None) -> None:
        if reference is None:
            raise RefusedError(400, f"What becomes of order {order.number} is not said: DocumentReference is missing.")
        named, known = reference.get("payloadID", ""), self._network.order_payloads[order.number]
        if named not in known:
            raise RefusedError(417, f"Order {order.number} never came as {named}.")
        if named != known[-1]:
            raise RefusedError(409, f"Order {order.number} last came as {known[-1]}, not as {named}.")

    def _check_version(self, order: Order, known: Order) -> None:
        wanted = self._network.options.order_versions
        if wanted == "any" or known.version is None:
            return
        if order.version is None:
            raise RefusedError(400, f"Order {order.number} has version {known.version}; orderVersion is missing.")
        if order.version <= known.version or (wanted == "by one" and order.version != known.version + 1):
            raise RefusedError(
                409, f"Order {order.number} has version {known.version}; {order.version} does not follow it."
            )


def _order(envelope: Envelope, header: etree._Element) -> Order:
    total, currency = money(header.find("Total"), "Total")
    lines = tuple(_line(one, currency) for one in envelope.request.iterfind("ItemOut"))
    if len({one.number for one in lines}) < len(lines):
        raise RefusedError(400, "Two lines have the same lineNumber.")
    version = header.get("orderVersion")
    if not (order_id := header.get("orderID", "").strip()):
        raise RefusedError(400, "orderID is empty.")
    domain, supplier = envelope.supplier
    return Order(
        number=order_id,
        domain=domain,
        supplier=supplier,
        version=None if version is None else whole(version, "orderVersion"),
        payload=envelope.payload,
        dated=moment(header.get("orderDate", ""), "orderDate"),
        currency=currency,
        total=total,
        lines=lines,
    )


def _line(item: etree._Element, currency: str) -> OrderLine:
    place = whole(item.get("lineNumber", ""), "lineNumber")
    what = f"Line {place}"
    price, priced_in = money(item.find("ItemDetail/UnitPrice"), f"{what}: UnitPrice")
    if priced_in != currency:
        raise RefusedError(400, f"{what} is in {priced_in}, the order in {currency}.")
    basis = item.find("ItemDetail/PriceBasisQuantity")
    per = number(basis.get("quantity", ""), f"{what}: PriceBasisQuantity") if basis is not None else number("1", "")
    if per <= 0 or (quantity := number(item.get("quantity", ""), f"{what}: quantity")) < 0:
        raise RefusedError(400, f"{what} has a quantity below zero, or a price for none.")
    return OrderLine(
        number=place,
        quantity=quantity,
        price=price,
        per=per,
        unit=text(item, "ItemDetail/UnitOfMeasure"),
        part=text(item, "ItemID/SupplierPartID"),
        description=text(item, "ItemDetail/Description"),
    )
