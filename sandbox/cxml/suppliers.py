"""What suppliers do when a test asks for it: confirm, ship, bill, give back, send again, and take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.cxml.billing import bill, correct
from sandbox.cxml.dispatch import Manner, letter
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

MANNERS: Final = ("test", "secret", "from", "old", "attachment", "order_id_only", "kilobytes", "times", "sum")
_MOST: Final = 100


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
        """Bill an order or several (see ``billing``); ``MANNERS`` say how it is sent."""
        invoice = bill(self._network, asked, f"CX-{1001 + len(self._network.invoices)}")
        return self._new(invoice, asked)

    def credit(self, asked: Mapping[str, Any]) -> str:
        """Give an invoice's money back, or ask for more (see ``billing``)."""
        invoice = self._found(asked.get("invoice"))
        return self._new(correct(invoice, asked, f"{invoice.number}-{len(self._network.invoices)}"), asked)

    def resend(self, asked: Mapping[str, Any]) -> str:
        """Send an invoice once more under a new payloadID: it is the same invoice."""
        return self._send(self._found(asked.get("invoice")), asked)

    def repeat(self, asked: Mapping[str, Any]) -> str:
        """Send an invoice's last document once more as it is, payloadID and all."""
        invoice = self._found(asked.get("invoice"))
        self._outbox.send(self._letters[invoice.payloads[-1]])
        return invoice.key

    def cancel(self, asked: Mapping[str, Any]) -> str:
        """Take an invoice back."""
        invoice = self._found(asked.get("invoice"))
        key = self._send(invoice, asked, delete=True)
        invoice.cancelled = True
        return key

    def raw(self, asked: Mapping[str, Any]) -> str:
        """Send any ``body``, as ``content_type``."""
        body = str(asked.get("body", "")).encode()
        kind = str(asked.get("content_type", XML))
        self._outbox.send(Letter(about={"document": "raw"}, payload="", body=body, content_type=kind))
        return "raw"

    def _new(self, invoice: Invoice, asked: Mapping[str, Any]) -> str:
        if invoice.key in self._network.invoices:
            raise SandboxMistakeError(f"Invoice {invoice.key} was sent before; resend it, or give it another number.")
        invoice.mode = "test" if asked.get("test") is True else self._network.options.deployment_mode
        invoice.spoiled = _spoiled(invoice, asked, self._network)
        self._network.invoices[invoice.key] = invoice
        return self._send(invoice, asked)

    def _send(self, invoice: Invoice, asked: Mapping[str, Any], *, delete: bool = False) -> str:
        manner = _manner(asked)
        request = written(invoice, self._network, manner, delete=delete)
        about = {"what": "cancellation" if delete else "invoice", "key": invoice.key}
        supplier = (invoice.domain, invoice.supplier)
        made = letter(request, supplier=supplier, options=self._network.options, manner=manner, about=about)
        invoice.payloads.append(made.payload)
        self._network.sent[made.payload] = invoice.key
        self._letters[made.payload] = made
        for _ in range(_times(asked)):
            self._outbox.send(made)
        return invoice.key

    def _notice(self, what: str, asked: Mapping[str, Any]) -> str:
        order, manner = self._order(asked.get("order")), _manner(asked)
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
        wrong = manner.wrong_secret or manner.stranger or _other_mode(manner, self._network)
        facts = {"number": number, "what": what, "order": order.number, "payload": made.payload, "counts": not wrong}
        self._network.notices.append(facts)
        for _ in range(_times(asked)):
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


def _manner(asked: Mapping[str, Any]) -> Manner:
    kilobytes = asked.get("kilobytes", 0)
    if not isinstance(kilobytes, int) or isinstance(kilobytes, bool):
        raise SandboxMistakeError(f"kilobytes takes a whole number, not {kilobytes!r}.")
    return Manner(
        mode="test" if asked.get("test") is True else "",
        wrong_secret=asked.get("secret") == "wrong",
        stranger=asked.get("from") == "stranger",
        old=asked.get("old") is True,
        attachment=asked.get("attachment") is True,
        order_id_only=asked.get("order_id_only") is True,
        kilobytes=kilobytes,
    )


def _times(asked: Mapping[str, Any]) -> int:
    times = asked.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= _MOST:
        raise SandboxMistakeError(f"times takes a number from 1 to {_MOST}, not {times!r}.")
    return times


def _other_mode(manner: Manner, network: Network) -> bool:
    return bool(manner.mode) and manner.mode != network.options.deployment_mode


def _spoiled(invoice: Invoice, asked: Mapping[str, Any], network: Network) -> str:
    manner = _manner(asked)
    reasons = {
        "wrong secret": manner.wrong_secret,
        "stranger": manner.stranger,
        "wrong sum": asked.get("sum") == "wrong",
        invoice.mode: invoice.mode != network.options.deployment_mode,
    }
    return next((reason for reason, spoils in reasons.items() if spoils), "")
