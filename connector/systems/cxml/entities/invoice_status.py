"""What became of an invoice: StatusUpdateRequest with InvoiceStatus, about the supplier's own number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.systems.cxml.client import HOST
from connector.systems.cxml.documents.bodies import InvoiceState, status_stamp
from connector.systems.cxml.entities.values import days_beginning, money
from connector.systems.cxml.entities.writer import Writer
from connector.xml.writing import element

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from connector.domain.exchange import Outgoing


class InvoiceStatus(Writer):
    """Writes the status of invoices."""

    ENTITY = "invoice_status"

    @property
    def url(self) -> str:
        """Everything but orders goes to one address."""
        return self.config.url

    def to(self, document: Outgoing) -> str:
        """The supplier."""
        return str(document.body["supplier"])

    def payload_id(self, document: Outgoing) -> str:
        """By what is told, its number, and the version of the payments: the next status learns of it from here."""
        return f"{status_stamp(document.body)}.{document.correlation_id}@{HOST}"

    def request(self, document: Outgoing) -> etree._Element:
        """The whole of it."""
        return status_update(document.body, language=self.config.language)

    def where_to_look(self, document: Outgoing) -> str:
        """What the network shows the supplier."""
        body = document.body
        return (
            f"Look in the supplier network for the message {self.payload_id(document)}, or for invoice "
            f"{body['invoice_number']} of {body['supplier']}: it should be {body['state']}."
        )


def status_update(body: Mapping[str, Any], *, language: str) -> etree._Element:
    """The request. A part that was paid is named with ``paid`` alone."""
    words, partial = str(body.get("words") or ""), body.get("partial")
    paid = body["state"] == InvoiceState.PAID and partial
    return element(
        "StatusUpdateRequest",
        element("Status", words or None, code="200", text="OK", **{"xml:lang": language}),
        element(
            "InvoiceStatus",
            element(
                "InvoiceIDInfo",
                invoiceID=str(body["invoice_number"]),
                invoiceDate=days_beginning(str(body.get("invoice_date") or "")),
            ),
            element("PartialAmount", money(partial["amount"], partial["currency"])) if paid and partial else None,
            element("Comments", words, **{"xml:lang": language}) if words else None,
            type=str(body["state"]),
        ),
    )
