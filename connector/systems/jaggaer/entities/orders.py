"""Purchase orders (assumed): new, changed and cancelled, known by their number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import AlreadyThere
from connector.reading import values
from connector.systems.jaggaer.documents import OrderChange
from connector.systems.jaggaer.entities.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Found, Outgoing, Written


class Orders(Writer):
    """Writes purchase orders; each is overwritten by its number."""

    ENTITY = IDS_OF = "orders"

    def find(self, document: Outgoing) -> Found | None:
        """Ask by number."""
        header = self.by_key(document.key)
        if header is None:
            return None
        if moved := self._moved(document, header):
            return replace(self.found(document, header, moved), kept=True)
        wanted = document.body["header"]
        cancelled = wanted.get("type") == OrderChange.CANCEL and values.same_word(
            header.get(self.names("orders", "status")), wanted.get("status")
        )
        # a list holds headers only: whether the lines are ours cannot be seen, and sending them again does no harm
        if cancelled:
            return self.found(document, header, "")
        difference = "JAGGAER lists orders without their lines, so they cannot be compared."
        return self.found(document, header, difference, compared=False)

    def write(self, document: Outgoing) -> Written:
        """Send the order; one that is new to us and not to JAGGAER, which shows it, goes as an update."""
        path = self.names("orders", "path")
        try:
            answer = self.client.post(path, self.bodies.order(document.body))
        except AlreadyThere:
            there = self.by_key(document.key) if document.body["header"].get("type") == OrderChange.NEW else None
            if there is None or self._moved(document, there):
                raise
            answer = self.client.post(path, self.bodies.order(document.body, change=OrderChange.UPDATE.value))
        return self.written(document, answer)

    def _moved(self, document: Outgoing, header: Mapping[str, Any]) -> str:
        """How it differs where JAGGAER has it for another supplier, who may be acting on it."""
        name, wanted = self.names.maybe("orders", "supplier"), document.body["header"]["supplier"]["supplierNumber"]
        there = values.text(values.at(header, name)) if name else ""
        if not there or values.same_word(there, wanted):
            return ""
        return f"it is for supplier {there} there and for {wanted} here."

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        return f"Look in JAGGAER ONE for purchase order {document.key}."
