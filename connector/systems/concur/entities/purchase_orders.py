"""Purchase orders v3.0 (documented): one at a time, known by their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import AlreadyThere, Refused, in_doubt_until_answered
from connector.domain.exchange import Found, Written
from connector.reading import values
from connector.systems.concur import comparing, invoice_answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.concur.client import ConcurClient
    from connector.systems.concur.names import Names

NUMBER = "PurchaseOrderNumber"


class PurchaseOrders:
    """Writes purchase orders."""

    def __init__(self, *, client: ConcurClient, names: Names) -> None:
        self._client, self._names = client, names

    def find(self, document: Outgoing) -> Found | None:
        """Ask by the order's number."""
        there = self._there(document)
        if there is None:
            return None
        return Found(target_id=_id_of(there, document), difference=comparing.difference(document.body, there))

    def write(self, document: Outgoing) -> Written:
        """Create the order, or replace the one that is there."""
        there = self._there(document)
        if there is not None and not comparing.difference(document.body, there):
            return Written(target_id=_id_of(there, document), answer=comparing.UNCHANGED)
        if there is None:
            try:
                return self._send("POST", document, {})
            except AlreadyThere:
                pass  # it is there under a name the search does not know
        written = self._send("PUT", document, there)
        if there is not None and _vendor(there) not in {"", _vendor(document.body)}:
            self._has_moved(document, _vendor(there))
        return written

    def _has_moved(self, document: Outgoing, before: str) -> None:
        """Look whether Concur has given it its new vendor, which it does not say it does."""
        what = f"Concur answered that it changed purchase order {document.key}."
        with in_doubt_until_answered(what):
            there = self._there(document)
        if there is not None and _vendor(there) == before:
            raise Refused(
                f"{what.rstrip('.')}, but still has it for vendor {before} and not for {_vendor(document.body)}: "
                f"invoices of {before} go on matching it. Give it its vendor in Concur by hand, or close it there and "
                "enter a new order in QAD, then requeue or discard this."
            )

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in Concur."""
        return f"Look in Concur for purchase order {document.key} (Invoice, Purchase Orders)."

    def _send(self, method: str, document: Outgoing, there: Mapping[str, Any] | None) -> Written:
        body = comparing.to_send(document.body, there)
        reply = self._client.write(method, self._names("purchase_orders", "path"), body)
        invoice_answers.taken(reply, names=self._names, what=f"purchase order {document.key}")
        verb = "created" if method == "POST" else "changed"
        number = values.text(values.at(reply.body, NUMBER)) or document.key
        return Written(target_id=number, answer=f"{verb} (correlation id {reply.correlation})")

    def _there(self, document: Outgoing) -> Mapping[str, Any] | None:
        path = self._names("purchase_orders", "single", order=document.key)
        reply = self._client.find(path, believe_silence=True)
        if reply is None:
            return None
        number = values.text(values.at(reply.body, NUMBER))
        if not number:
            raise reply.no_answer(f"for purchase order {document.key} without a {NUMBER}")
        there: Mapping[str, Any] = reply.body
        return there if number == document.key else None


def _vendor(order: Mapping[str, Any]) -> str:
    return values.text(order.get("VendorCode"))


def _id_of(there: Mapping[str, Any], document: Outgoing) -> str:
    return values.text(there.get(NUMBER)) or document.key
