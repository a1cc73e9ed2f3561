"""Supplier invoices in accounts payable.

An invoice in mode INITIAL goes without tax and without posting lines, which is what QAD recommends for integrations:
tax stands in its comment, and accounts payable finishes it in QAD. In mode FULL both go with it. In both modes the
order lines it bills go along, for the receiver matching.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.money import spelled
from connector.reading.invoice_numbers import normalised
from connector.systems.qad import values
from connector.systems.qad.documents.postings import InvoiceMode, InvoiceType
from connector.systems.qad.entities.amounts import number
from connector.systems.qad.entities.writer import Record, Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.qad.entities.writer import Body, Row

#: what an invoice was sent with, beside its total, that tells it from another one of the same key
_TOLD_APART = ("currency", "invoice_date")


class SupplierInvoices(Writer):
    """Posts supplier invoices; known by entity, supplier, the supplier's own number and type."""

    ENTITY = "supplier_invoices"

    def record(self, document: Outgoing) -> Record:
        """The invoice, with what its mode takes along."""
        body, full = document.body, document.body.get("mode") == InvoiceMode.FULL
        orders = list(dict.fromkeys(filter(None, body.get("order_numbers") or ())))
        taxes = list(body.get("taxes") or ()) if full else []
        tax_total = sum((number(tax.get("amount"), "tax amount") for tax in taxes), Decimal(0)) if full else None
        head = {
            **body,
            "taxable": bool(taxes),
            "tax_total": tax_total,
            "order_number": orders[0] if orders else None,
            "comment": body.get("comment") if full else _comment(body),
            "correlation": document.correlation_id,
        }
        collections = {
            "lines": list(body.get("lines") or ()) if full else [],
            "taxes": taxes,
            "orders": [{"order_number": order} for order in orders],
            "matching": _to_match(body.get("lines") or ()),
        }
        return Record(head=head, collections=collections)

    def asked_by(self, document: Outgoing) -> tuple[str, str]:
        """The supplier's reference.

        The filter separates its parts by commas and cannot quote one; an invoice is then searched among its supplier's.
        """
        reference = str(document.body["reference"]).strip()
        return ("supplier_code", str(document.body["supplier_code"])) if "," in reference else ("reference", reference)

    def same_key(self, document: Outgoing, row: Row) -> bool:
        """Whether the row has the document's natural key."""
        body = document.body
        return (
            values.same_code(values.text_of(row, "entity"), body["entity"])
            and values.same_code(values.text_of(row, "supplier_code"), body["supplier_code"])
            and normalised(values.text_of(row, "reference")) == normalised(str(body["reference"]))
            and values.same_code("".join(values.text_of(row, "invoice_type").split()), body["invoice_type"])
        )

    def total(self, body: Body) -> Decimal:
        """The invoice's total."""
        return number(body.get("total"), "total")

    def total_side(self, body: Body) -> str:
        """A credit note has its total in debit, an invoice in credit."""
        return "credit_total" if body.get("invoice_type") == InvoiceType.INVOICE else "debit_total"

    def unseen(self, body: Body) -> str:
        """What the browse does not show of it; an initial invoice has no more than it shows."""
        return "its lines and their accounts" if body.get("mode") == InvoiceMode.FULL else ""

    def screen(self, body: Body) -> str:
        """Where a person looks in QAD, and by what."""
        return (
            f"Supplier Invoice View for supplier {body.get('supplier_code')}, reference {body.get('reference')}, "
            f"type {body.get('invoice_type')}"
        )

    def facts(self, body: Body) -> Mapping[str, str]:
        """Total, currency and date."""
        return {"total": f"{self.total(body):f}", **{name: str(body.get(name) or "") for name in _TOLD_APART}}


def _comment(body: Body) -> str:
    """Tax that an initial invoice cannot carry is told to the person who completes it in QAD."""
    return "\n".join(filter(None, [str(body.get("comment") or ""), *_taxes(body)]))


def _to_match(lines: Iterable[Body]) -> list[Body]:
    """What of which order line is billed, however many accounts its cost is split over."""
    merged: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines:
        receiver = ",".join(line.get("receipt_numbers") or ())
        place = (str(line.get("order_number") or ""), str(line.get("order_line") or ""), receiver)
        if not place[0]:
            continue
        known = merged.setdefault(place, {**line, "receiver": receiver, "quantity": Decimal(0), "amount": Decimal(0)})
        for name in ("quantity", "amount"):
            known[name] += number(line.get(name), name)
    return list(merged.values())


def _taxes(body: Body) -> Iterator[str]:
    currency = str(body.get("currency", ""))
    for tax in body.get("taxes") or ():
        base = number(tax.get("base"), "base")
        of = f" on {spelled(base, currency)}" if base else ""
        account = f" to account {tax['account']}" if tax.get("account") else ""
        yield f"Tax {tax.get('tax_code', '')}: {spelled(number(tax.get('amount'), 'amount'), currency)}{of}{account}"
