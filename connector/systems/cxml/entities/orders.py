"""Purchase orders: OrderRequest, new, update and delete, each with the whole order, in the order the DTD wants.

Of a line the DTD asks for the supplier's number and a class: QAD has neither, so its own item number stands for both
numbers, and the class is what the flow says (assumed to be taken). Prices are exact, the total is rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Safety
from connector.systems.cxml.client import HOST
from connector.systems.cxml.config import Remembers
from connector.systems.cxml.entities.values import days_beginning, money, number
from connector.systems.cxml.entities.writer import Writer
from connector.xml.writing import element

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

    from connector.domain.exchange import Outgoing

    Part = Mapping[str, Any]


class Orders(Writer):
    """Writes purchase orders."""

    ENTITY = "orders"

    @property
    def safety(self) -> Safety:
        """The very same order may go twice; another version of it has another payloadID, and is another order there."""
        return Safety.RESENT if self.config.remembers_payload_ids is Remembers.YES else Safety.NONE

    @property
    def url(self) -> str:
        """Orders may have an address of their own."""
        return self.config.orders_url or self.config.url

    def to(self, document: Outgoing) -> str:
        """The supplier."""
        return str(document.body["header"]["supplier"])

    def payload_id(self, document: Outgoing) -> str:
        """The ledger knows the order by it; the next version refers to it."""
        return f"{document.body['stamp']}.{document.correlation_id}@{HOST}"

    def where_to_look(self, document: Outgoing) -> str:
        """What the network or the supplier shows."""
        body = document.body
        return (
            f"Look in the supplier network, or ask {self.to(document)}, whether purchase order {document.key} arrived "
            f"as {body['type']}, order version {body['version']}, with the payloadID {self.payload_id(document)}."
        )

    def request(self, document: Outgoing) -> etree._Element:
        """The whole of it."""
        body = document.body
        lines = [self._line(line, str(body["header"]["currency"])) for line in body["lines"]]
        return element("OrderRequest", self._header(body), *lines)

    def _header(self, body: Part) -> etree._Element:
        header = body["header"]
        replaced = element("DocumentReference", payloadID=str(body["replaces"])) if body.get("replaces") else None
        # a person may have written down that an order is there, without the number of its version
        version = str(body["version"]) if body["version"] else None
        return element(
            "OrderRequestHeader",
            element("Total", money(header["total"], header["currency"])),
            self._address("ShipTo", header.get("ship_to")),
            self._address("BillTo", header.get("bill_to") or {}),
            element("PaymentTerm", payInNumberOfDays=str(header["pay_in_days"])) if header.get("pay_in_days") else None,
            self._comments(header.get("remarks")),
            replaced,
            *self._extrinsics(header),
            orderID=str(header["order_number"]),
            orderDate=days_beginning(str(header["order_date"])),
            type=str(body["type"]),
            orderVersion=version,
        )

    def _line(self, line: Part, currency: str) -> etree._Element:
        item = str(line.get("item") or "")
        detail = element(
            "ItemDetail",
            element("UnitPrice", money(line["unit_price"], currency)),
            self._said("Description", str(line.get("description") or item)),
            element("UnitOfMeasure", str(line.get("unit_of_measure") or "EA")),
            element("Classification", str(line["class"]), domain=str(line["class_domain"])),
            *self._extrinsics(line),
        )
        return element(
            "ItemOut",
            element(
                "ItemID",
                element("SupplierPartID", str(line.get("supplier_part") or item)),
                element("BuyerPartID", item) if item else None,
            ),
            detail,
            quantity=number(line["quantity"]),
            lineNumber=str(line["line"]),
            requestedDeliveryDate=days_beginning(str(line.get("due_date") or "")),
        )

    def _address(self, tag: str, address: Part | None) -> etree._Element | None:
        """An address by its code; whole where the crosswalk says it. Without either it is us."""
        if address is None:
            return None
        us = self.config.identities[0].partition(":")[2]
        name = self._said("Name", str(address.get("name") or address.get("code") or us))
        code = str(address["code"]) if address.get("code") else None
        return element(tag, element("Address", name, _postal(address), addressID=code))

    def _comments(self, words: object) -> etree._Element | None:
        return self._said("Comments", str(words)) if words else None

    def _said(self, tag: str, words: str) -> etree._Element:
        return element(tag, words, **{"xml:lang": self.config.language})

    def _extrinsics(self, part: Part) -> Iterator[etree._Element]:
        for ours, theirs in self.names.renames("extrinsics").items():
            if theirs and part.get(ours):
                yield element("Extrinsic", str(part[ours]), name=theirs)


def _postal(address: Part) -> etree._Element | None:
    """The DTD wants a street, a city and a country in it."""
    if not address.get("city") or not address.get("country"):
        return None
    return element(
        "PostalAddress",
        element("Street", str(address.get("street") or "")),
        element("City", str(address["city"])),
        element("State", str(address["state"])) if address.get("state") else None,
        element("PostalCode", str(address["postal_code"])) if address.get("postal_code") else None,
        element("Country", str(address["country"]), isoCountryCode=str(address["country"])),
    )
