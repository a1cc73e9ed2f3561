"""Purchase orders: new, changed and cancelled, known by their number."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.errors import AlreadyThere
from connector.domain.exchange import Safety
from connector.systems.jaggaer import wrappers
from connector.systems.jaggaer.documents import OrderChange, OrderStatus
from connector.systems.jaggaer_xml import places
from connector.systems.jaggaer_xml.entities.writer import Writer
from connector.systems.jaggaer_xml.messages import day, digits, text
from connector.systems.jaggaer_xml.places import Text
from connector.xml.writing import element

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from connector.domain.exchange import Outgoing, Written


class Orders(Writer):
    """Writes purchase orders."""

    SECTION = "orders"
    SUCCESS = "success"

    @property
    def safety(self) -> Safety:
        """Whether JAGGAER refuses a number twice, or makes two orders of it, is the customer's to know."""
        return Safety.UNASKED if self.config.order_numbers_unique else Safety.NONE

    def write(self, document: Outgoing) -> Written:
        """Send the order; one that may be there, since its answer was lost, then goes as an update.

        Of any other the number is somebody else's order, which is not overwritten.
        """
        header = document.body["header"]
        losses = " ".join(self._losses(document.body))
        try:
            return self.settled(document, self._sent(document, header["type"]), losses=losses)
        except AlreadyThere:
            if header["type"] != OrderChange.NEW or not document.in_doubt:
                raise
            return self.settled(document, self._sent(document, OrderChange.UPDATE), losses=losses)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER."""
        return (
            f"Look in JAGGAER for purchase order {document.key} and its revisions; ours went as "
            f"{document.body['header']['type']} with message {document.correlation_id}."
        )

    def _sent(self, document: Outgoing, change: str) -> Any:  # noqa: ANN401 - Answered, which the writer judges
        message_id = document.correlation_id
        if change != document.body["header"]["type"]:
            message_id = f"{message_id}-{change}"
        return self.send([self._record(document.body, change)], message_id)

    def _record(self, body: Mapping[str, Any], change: str) -> etree._Element:
        names, header = self.names, body["header"]
        constants = names.renames("orders", "constants")
        changes = change != OrderChange.NEW
        head = element(names("orders", "header", "element"))
        fields: dict[str, str | Text | None] = {
            "change": change if changes else "",
            "distribute": str(self.config.distribute_revisions).lower() if changes else "",
            "revision": text(header, "revisionNumber"),
            "number": header["poNumber"],
            "buyer": self.config.requestor or text(header, "buyer"),
            "priority": constants["priority"],
            "date": day(header.get("orderDate")),
            "supplier": header["supplier"]["supplierNumber"],
            "distribution": constants["distribution"],
            "notes": text(header, "notes"),
        }
        for field, place in names.renames("orders", "header").items():
            if field in {"bill_to", "ship_to"}:
                code = text(header, "billTo" if field == "bill_to" else "shipTo", "address", "addressCode")
                if place and code in self.config.addresses:
                    self._fill_address(places.inside(head, place), code)
            elif field != "element":
                places.fill(head, {field: place}, fields)
        lines = [self._line(line) for line in wrappers.rows(body, "lineList.purchaseOrderLine")]
        return element(names("orders", "record"), head, *lines)

    def _line(self, line: Mapping[str, Any]) -> etree._Element:
        unit, price = text(line, "item", "unitOfMeasure"), line["unitPrice"]
        cancelled = line.get("status") == OrderStatus.CANCELLED
        fields: dict[str, str | Text | None] = {
            "number": str(line["lineNumber"]),
            "item": text(line, "item", "catalogNumber"),
            "description": text(line, "item", "description"),
            "unit_of_supplier": unit,
            "unit": unit,
            "product_type": self.names.maybe("orders", "constants", "product_type"),
            "quantity": "0" if cancelled else digits(line["quantity"]),
            "price": self.messages.money(price["money"], price["currency"]),
            "due": day(line.get("requestedDeliveryDate")),
        }
        found = self.names.renames("orders", "line")
        made = element(found["element"] or "")
        places.fill(made, found, fields)
        return made

    def _fill_address(self, made: etree._Element, code: str) -> None:
        address, names = self.config.addresses[code], self.names
        fields: dict[str, list[Text]] = {
            "template": [Text(text=address.template)],
            "code": [Text(text=code)],
            "line": [
                Text(text=line, attributes={names("orders", "address", "line_number"): str(number)})
                for number, line in enumerate(address.lines, start=1)
            ],
            "city": [Text(text=address.city)],
            "state": [Text(text=address.state)],
            "postal_code": [Text(text=address.postal_code)],
            "country": [
                Text(text=address.country, attributes={names("orders", "address", "country_code"): address.country})
            ],
        }
        for field, place in names.renames("orders", "address").items():
            for one in fields.get(field, ()):
                if place and one.text:
                    places.put(made, place, one)

    def _losses(self, body: Mapping[str, Any]) -> Iterator[str]:
        """What JAGGAER is said to cut or round, for a person to look at."""
        for line in wrappers.rows(body, "lineList.purchaseOrderLine"):
            said = f"Line {line['lineNumber']}: JAGGAER is said to"
            for field, name in (("item", "catalogNumber"), ("description", "description")):
                longest, length = self.names.limit(field), len(text(line, "item", name))
                if longest is not None and length > longest:
                    yield f"{said} cut the {field} after {longest} characters; it has {length}."
            finest, price = self.names.limit("price_decimals"), Decimal(digits(line["unitPrice"]["money"])).normalize()
            if finest is not None and -int(price.as_tuple().exponent) > finest:
                yield f"{said} round prices to {finest} decimals; it is {digits(price)}."
