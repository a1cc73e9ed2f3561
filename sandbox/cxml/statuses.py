"""StatusUpdateRequest: what a supplier is told of an invoice it sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.cxml.invoices import Told
from sandbox.cxml.values import money, whole
from sandbox.cxml.wire import RefusedError

if TYPE_CHECKING:
    from decimal import Decimal

    from lxml import etree

    from sandbox.cxml.envelope import Envelope
    from sandbox.cxml.invoices import Invoice
    from sandbox.cxml.network import Network


_BEFORE, _SETTLED = {"processing", "rejected"}, {"reconciled", "paying", "paid"}


class Statuses:
    """Finds the invoice, and notes what it was told."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def take(self, envelope: Envelope) -> str:
        """Take one; answer in a sentence, or refuse it."""
        said, status = envelope.request.find("InvoiceStatus"), envelope.request.find("Status")
        if said is None or status is None:
            raise RefusedError(400, "The network takes the status of invoices only; InvoiceStatus is missing.")
        whole(status.get("code", ""), "Status code")
        invoice = self._invoice(envelope, said)
        kind = said.get("type", "")
        try:
            self._check_order(invoice, kind)
            told = Told(kind=kind, amount=_part(said, kind, invoice), payload=envelope.payload)
        except RefusedError:
            self._network.journal.record(entity="invoice_status", key=f"{invoice.key}|{kind}", outcome="refused")
            raise
        invoice.told.append(told)
        self._network.journal.record(entity="invoice_status", key=f"{invoice.key}|{kind}", outcome="updated")
        return f"Invoice {invoice.number} is {kind}."

    def _check_order(self, invoice: Invoice, kind: str) -> None:
        last = invoice.told[-1].kind if invoice.told else ""
        if self._network.options.status_backwards == "refused" and last in _SETTLED and kind in _BEFORE:
            raise RefusedError(409, f"Invoice {invoice.number} is {last}; it cannot be {kind} again.")

    def _invoice(self, envelope: Envelope, said: etree._Element) -> Invoice:
        reference, named = envelope.request.find("DocumentReference"), said.find("InvoiceIDInfo")
        if reference is None and named is None:
            raise RefusedError(406, "DocumentReference can be left out only where InvoiceIDInfo names the invoice.")
        found = list(self._network.invoices.values())
        if reference is not None:
            key = self._network.sent.get(reference.get("payloadID", ""))
            found = [one for one in found if one.key == key]
        if named is not None:
            found = [one for one in found if one.number == named.get("invoiceID")]
            day = named.get("invoiceDate", "")[:10]
            found = [one for one in found if not day or one.dated[:10] == day]
        found = [one for one in found if one.supplier == envelope.supplier[1]]
        if len(found) != 1:
            how = "Several invoices are" if found else "No invoice of this supplier is"
            raise RefusedError(417, f"{how} what is named.")
        return found[0]


def _part(said: etree._Element, kind: str, invoice: Invoice) -> Decimal | None:
    part = said.find("PartialAmount")
    if part is None:
        return None
    if kind != "paid":
        raise RefusedError(400, f"PartialAmount belongs to paid, not to {kind}.")
    amount, currency = money(part, "PartialAmount")
    if currency != invoice.currency:
        raise RefusedError(400, f"Invoice {invoice.number} is in {invoice.currency}, not in {currency}.")
    if abs(amount) > abs(invoice.amounts.net):
        raise RefusedError(400, f"Invoice {invoice.number} is about {invoice.amounts.net}; {amount} is more.")
    return amount
