"""What suppliers do when a test asks for it: confirm, ship, bill, give back, send again, and take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.cxml.asked import manner_of, times, turned_away
from sandbox.cxml.billing import bill, correct
from sandbox.cxml.dispatch import letter
from sandbox.cxml.invoice_xml import written
from sandbox.cxml.notices import confirmation, ship_notice
from sandbox.cxml.outbox import Letter
from sandbox.cxml.wire import XML
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.cxml.invoices import Invoice
    from sandbox.cxml.network import Network, Order
    from sandbox.cxml.outbox import Outbox


class Suppliers:
    """All of them; each sends in its own name."""

    def __init__(self, network: Network, outbox: Outbox) -> None:
        self._network, self._outbox = network, outbox
        self._letters: dict[str, Letter] = {}

    def confirm(self, asked: Mapping[str, Any]) -> str:
        """Confirm an order, or send another confirmation of it: ``type``, ``lines``, ``price``, ``delivery``."""
        return self._notice("confirmation", asked)

    def ship(self, asked: Mapping[str, Any]) -> str:
        """Announce that an order is on its way: ``lines``, ``shipped``, ``delivery``."""
        return self._notice("ship notice", asked)

    def invoice(self, asked: Mapping[str, Any]) -> str:
        """Bill an order or several (see ``billing``); ``asked`` says how it can be sent."""
        invoice = bill(self._network, asked, f"CX-{1001 + len(self._network.invoices)}")
        return self._new(invoice, asked)

    def credit(self, asked: Mapping[str, Any]) -> str:
        """Give an invoice's money back, or ask for more (see ``billing``)."""
        invoice = self._found(asked.get("invoice"))
        return self._new(correct(invoice, asked, f"{invoice.number}-{len(self._network.invoices)}"), asked)

    def resend(self, asked: Mapping[str, Any]) -> str:
        """Send an invoice once more under a new payloadID: it is the same invoice."""
        invoice = self._found(asked.get("invoice"))
        if invoice.spoiled:
            self._judge(invoice, asked)
        return self._send(invoice, asked)

    def repeat(self, asked: Mapping[str, Any]) -> str:
        """Send an invoice's last document once more as it is, payloadID and all."""
        invoice = self._found(asked.get("invoice"))
        self._outbox.send(self._letters[invoice.payloads[-1]])
        return invoice.key

    def cancel(self, asked: Mapping[str, Any]) -> str:
        """Take an invoice back."""
        invoice = self._found(asked.get("invoice"))
        invoice.cancelled = invoice.cancelled or not turned_away(manner_of(asked), self._network.options)
        return self._send(invoice, asked, delete=True)

    def raw(self, asked: Mapping[str, Any]) -> str:
        """Send any ``body``, as ``content_type``."""
        body = str(asked.get("body", "")).encode()
        kind = str(asked.get("content_type", XML))
        self._outbox.send(Letter(about={"document": "raw"}, payload="", body=body, content_type=kind))
        return "raw"

    def _new(self, invoice: Invoice, asked: Mapping[str, Any]) -> str:
        if invoice.key in self._network.invoices:
            raise SandboxMistakeError(f"Invoice {invoice.key} was sent before; resend it, or give it another number.")
        self._judge(invoice, asked)
        self._network.invoices[invoice.key] = invoice
        return self._send(invoice, asked)

    def _judge(self, invoice: Invoice, asked: Mapping[str, Any]) -> None:
        """Note whether the buyer may post it as it is sent now."""
        manner, options = manner_of(asked), self._network.options
        invoice.mode = manner.mode or options.deployment_mode
        invoice.spoiled = turned_away(manner, options) or ("wrong sum" if manner.wrong_sum else "")

    def _send(self, invoice: Invoice, asked: Mapping[str, Any], *, delete: bool = False) -> str:
        manner = manner_of(asked)
        request = written(invoice, self._network, manner, delete=delete)
        about = {"what": "cancellation" if delete else "invoice", "key": invoice.key}
        supplier = (invoice.domain, invoice.supplier)
        made = letter(request, supplier=supplier, options=self._network.options, manner=manner, about=about)
        invoice.payloads.append(made.payload)
        if not delete and not turned_away(manner, self._network.options):
            invoice.known_as = made.payload
        self._network.sent[made.payload] = invoice.key
        self._letters[made.payload] = made
        for _ in range(times(asked)):
            self._outbox.send(made)
        return invoice.key

    def _notice(self, what: str, asked: Mapping[str, Any]) -> str:
        order, manner = self._order(asked.get("order")), manner_of(asked)
        number = str(
            asked.get("number") or f"{'C' if what == 'confirmation' else 'S'}-{1 + len(self._network.notices)}"
        )
        if what == "confirmation":
            before = [one for one in self._network.notices if (one["what"], one["order"]) == (what, order.number)]
            request = confirmation(order, number, asked, before=before[-1]["payload"] if before else "")
        else:
            request = ship_notice(order, number, asked)
        about = {"what": what, "key": number}
        supplier = (order.domain, order.supplier)
        made = letter(request, supplier=supplier, options=self._network.options, manner=manner, about=about)
        counts = not turned_away(manner, self._network.options)
        facts = {"number": number, "what": what, "order": order.number, "payload": made.payload, "counts": counts}
        self._network.notices.append(facts)
        for _ in range(times(asked)):
            self._outbox.send(made)
        return number

    def _order(self, name: object) -> Order:
        if str(name) not in self._network.orders:
            raise SandboxMistakeError(f"The network knows no order {name}.")
        return self._network.orders[str(name)]

    def _found(self, name: object) -> Invoice:
        found = [one for one in self._network.invoices.values() if name in {one.key, one.number}]
        if len(found) != 1:
            raise SandboxMistakeError(f"{'Several invoices are' if found else 'No invoice is'} called {name}.")
        return found[0]
