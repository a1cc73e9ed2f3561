"""PurchaseOrderMessage: a new order has no type; update and cancel are about one that is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.tenant import FIRST_ORDER_ID, Order, OrderLine, Tenant
from sandbox.jaggaer_xml.validating import text

if TYPE_CHECKING:
    from lxml import etree

    from sandbox.jaggaer_xml.options import Options
    from sandbox.journal import Outcome

ENTITY: Final = "orders"
_UNITS: Final = {"system", "buyer", "supplier"}


class RefusedError(Exception):
    """The document is understood and not taken; the message is the reason."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Takes orders in."""

    tenant: Tenant

    def take(self, root: etree._Element, options: Options) -> tuple[int, str, tuple[str, ...]]:
        """Return code, text and complaints."""
        head = root.find("PurchaseOrder/POHeader")
        assert head is not None  # noqa: S101  the DTD wants it
        number = text(head, "PONumber")
        try:
            key, order, outcome = self._taken(root, head, options)
        except RefusedError as refusal:
            self.tenant.journal.record(entity=ENTITY, key=number or "?", outcome="refused")
            return 406, "Failure", (str(refusal),)
        self.tenant.orders[key] = order
        self.tenant.journal.record(entity=ENTITY, key=number, outcome=outcome)
        return 200, options.order_success, ()

    def _taken(self, root: etree._Element, head: etree._Element, options: Options) -> tuple[str, Order, Outcome]:
        number, change = text(head, "PONumber"), head.get("type", "new")
        known = self.tenant.orders.get(number)
        if not number:
            raise RefusedError("PONumber is required.")
        if change not in {"new", "update", "cancel"}:
            raise RefusedError(f"{change} is no type of a purchase order.")
        distribute = head.find("DistributeRevision") is not None
        if distribute is not (change != "new"):
            raise RefusedError("DistributeRevision is for update and cancel, and only for these.")
        if known is None and change != "new":
            raise RefusedError(f"Purchase order {number} does not exist.")
        if known is not None and known.status == "Cancelled" and change == "update":
            raise RefusedError(f"Purchase order {number} is cancelled.")
        if known is not None and change == "cancel":
            return number, replace(known, status="Cancelled", messages=known.messages + 1), "updated"
        if known is not None and change == "new":
            if options.order_new_twice == "refuse":
                raise RefusedError(options.duplicate_words or f"PONumber {number} needs to be unique.")
            return f"{number}#{len(self.tenant.orders)}", self._order(root, head, None), "created"
        return number, self._order(root, head, known), "created" if known is None else "updated"

    def _order(self, root: etree._Element, head: etree._Element, known: Order | None) -> Order:
        supplier = text(head, "Supplier/SupplierNumber")
        if supplier not in self.tenant.companies:
            raise RefusedError(f"Supplier {supplier or 'without a number'} could not be found.")
        lines = [_line(line) for line in root.findall("PurchaseOrder/POLine")]
        if len({line.number for line in lines}) < len(lines):
            raise RefusedError("A line number is there twice.")
        currencies = {money.get("currency", "") for money in root.findall("PurchaseOrder/POLine//Money")}
        if len(currencies) != 1 or "" in currencies:
            raise RefusedError("The lines of an order are in one currency.")
        return Order(
            order_id=known.order_id if known else FIRST_ORDER_ID + len(self.tenant.orders),
            number=text(head, "PONumber"),
            supplier_number=supplier,
            currency=currencies.pop(),
            status="Open",
            messages=known.messages + 1 if known else 1,
            header={"poNumber": text(head, "PONumber"), "shipTo": text(head, "ShipTo/Address/AddressCode")},
            lines=tuple(lines),
        )


def _line(line: etree._Element) -> OrderLine:
    if text(line, "Item/ProductType") not in {"Catalog", "Form", "Punchout"}:
        raise RefusedError("ProductType is Catalog, Form or Punchout.")
    if any(unit.get("type") not in _UNITS for unit in line.findall("Item/ProductUnitOfMeasure")):
        raise RefusedError("The type of a unit of measure is system, buyer or supplier.")
    return OrderLine(
        number=line.get("linenumber", ""),
        description=text(line, "Item/Description"),
        quantity=number_at(line, "Quantity"),
        unit_price=number_at(line, "LineCharges/UnitPrice/Money"),
        sent={"unit": text(line, "Item/ProductUnitOfMeasure/Measurement/MeasurementValue")},
    )


def number_at(above: etree._Element, path: str) -> Decimal:
    """Return the number at a path; raise RefusedError when it is none."""
    try:
        found = Decimal(text(above, path))
    except InvalidOperation:
        raise RefusedError(f"{path} is no number.") from None
    if not found.is_finite():
        raise RefusedError(f"{path} is no number.")
    return found
