"""Supplier invoices through the import of scanned invoices (BuyerInvoiceOcrMessage)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.domain.exchange import Safety
from connector.domain.money import spelled
from connector.systems.jaggaer import comparing
from connector.systems.jaggaer.invoice_search import wanted_by
from connector.systems.jaggaer_xml import places
from connector.systems.jaggaer_xml.entities.writer import Writer
from connector.systems.jaggaer_xml.messages import day, digits, text
from connector.xml.writing import element

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from connector.domain.exchange import Outgoing, Written
    from connector.systems.jaggaer_xml.places import Text

#: our charges of a header, and the fields they go to
_CHARGES = {"shippingCharge": "shipping", "handlingCharge": "handling", "taxCharge1": "tax"}
NO_PATH = "invoice_path is not set: nothing public says where JAGGAER Indirect takes invoices, so ask JAGGAER"


class Invoices(Writer):
    """Writes supplier invoices. What becomes of a second one is not known: a lost answer goes to a person."""

    SECTION = "invoices"

    @property
    def safety(self) -> Safety:
        """Not at all; raises ConfigurationError where nobody has said where invoices go, and then nothing is tried."""
        if not self.config.invoice_path:
            raise ConfigurationError(f"{NO_PATH}.")
        return Safety.NONE

    @property
    def path(self) -> str:
        """Where invoices go."""
        return self.config.invoice_path

    def write(self, document: Outgoing) -> Written:
        """Import it."""
        return self.settled(document, self.send([self._record(document.body)], document.correlation_id))

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER."""
        currency, total = comparing.our_total(document.body)
        return (
            f"Look in JAGGAER for {wanted_by(document)}; ours has the total {spelled(total, currency)} and came with "
            f"message {document.correlation_id}."
        )

    def _record(self, body: Mapping[str, Any]) -> etree._Element:
        names, header = self.names, body["header"]
        constants, (currency, _) = names.renames("invoices", "constants"), comparing.our_total(body)
        fields: dict[str, str | Text | None] = {
            "number": header["supplierInvoiceNumber"],
            "type": header["invoiceType"],
            "bill_to": constants["bill_to"],
            "date": day(header["invoiceDate"]),
            "user": constants["user"],
            "due": day(header.get("dueDate")),
            "total": self.messages.money(header["grandTotal"]["money"], header["grandTotal"]["currency"]),
            "supplier": header["supplier"]["supplierNumber"],
            "notes": text(header, "notes"),
            "business_unit": text(header, "businessUnit", "internalName"),
        }
        for ours, field in _CHARGES.items():
            if ours in header:
                fields[field] = self.messages.money(header[ours], currency)
        found = names.renames("invoices", "header")
        head = element(found["element"] or "")
        places.fill(head, found, fields)
        return element(names("invoices", "record"), head, *(self._line(line) for line in body["lines"]))

    def _line(self, line: Mapping[str, Any]) -> etree._Element:
        item, price = line.get("ocrItem", {}), line["unitPrice"]
        fields: dict[str, str | Text | None] = {
            "number": str(line["lineNumber"]),
            "order": text(line, "poNumber"),
            "order_line": text(line, "poLineNumber"),
            "item": text(item, "catalogNumber"),
            "description": text(item, "description"),
            "unit": text(item, "unitOfMeasure"),
            "quantity": digits(line["quantity"]),
            "price": self.messages.money(price["money"], price["currency"]),
        }
        found = self.names.renames("invoices", "line")
        made = element(found["element"] or "")
        places.fill(made, found, fields)
        if sets := list(self._accounting(line)):
            made.append(element(self.names("invoices", "accounting", "group"), *sets))
        return made

    def _accounting(self, line: Mapping[str, Any]) -> list[etree._Element]:
        """One set of one value for each accounting field that the line has a code of."""
        given = {str(entry["field"]): str(entry["value"]) for entry in line.get("accounting", ())}
        return [
            self._coded(theirs, code)
            for ours, theirs in self.config.accounting_fields().items()
            if (code := given.get(ours, ""))
        ]

    def _coded(self, field: str, code: str) -> etree._Element:
        names = self.names.renames("invoices", "accounting")
        index = places.made(names["index"] or "")
        places.fill(index, {"field": names["field"], "value": names["value"]}, {"field": field, "value": code})
        made = places.made(names["set"] or "")
        made.append(index)
        return made
