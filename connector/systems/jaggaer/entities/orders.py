"""Purchase orders (assumed): new, changed and cancelled, known by their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import AlreadyThere
from connector.reading import values
from connector.systems.jaggaer.documents import OrderChange
from connector.systems.jaggaer.entities.writer import Writer

if TYPE_CHECKING:
    from connector.domain.exchange import Found, Outgoing, Written


class Orders(Writer):
    """Writes purchase orders; each is overwritten by its number."""

    ENTITY = IDS_OF = "orders"

    def find(self, document: Outgoing) -> Found | None:
        """Ask by number."""
        header = self.by_key(document.key)
        if header is None:
            return None
        wanted = document.body["header"]
        cancelled = wanted.get("type") == OrderChange.CANCEL and values.same_word(
            header.get(self.names("orders", "status")), wanted.get("status")
        )
        # a list holds headers only: whether the lines are ours cannot be seen, and sending them again does no harm
        difference = "" if cancelled else "JAGGAER lists orders without their lines, so they cannot be compared."
        return self.found(document, header, difference)

    def write(self, document: Outgoing) -> Written:
        """Send the order; one that is new to us and not to JAGGAER, which shows it, goes as an update."""
        path = self.names("orders", "path")
        try:
            answer = self.client.post(path, self.bodies.order(document.body))
        except AlreadyThere:
            if document.body["header"].get("type") != OrderChange.NEW or self.by_key(document.key) is None:
                raise
            answer = self.client.post(path, self.bodies.order(document.body, change=OrderChange.UPDATE.value))
        return self.written(document, answer)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        return f"Look in JAGGAER ONE for purchase order {document.key}."
