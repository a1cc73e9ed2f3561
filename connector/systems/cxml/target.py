"""The writer of a cXML connection: which part of it writes which entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain import doubt
from connector.domain.errors import UnknownName
from connector.systems.cxml.entities.invoice_status import InvoiceStatus
from connector.systems.cxml.entities.orders import Orders

if TYPE_CHECKING:
    from connector.domain.doubt import Waits
    from connector.domain.exchange import Found, Outgoing, Safety, Written
    from connector.systems.cxml.client import CxmlClient
    from connector.systems.cxml.config import CxmlConfig
    from connector.systems.cxml.entities.writer import Writer
    from connector.systems.cxml.names import Names


class CxmlTarget:
    """Implements ``ports.Target``."""

    def __init__(self, *, client: CxmlClient, names: Names, config: CxmlConfig) -> None:
        self._waits = doubt.waits(config.ask_again_seconds)
        self._writers: dict[str, Writer] = {
            "orders": Orders(client=client, names=names, config=config),
            "invoice_status": InvoiceStatus(client=client, names=names, config=config),
        }

    def safety(self, entity: str) -> Safety:
        """A second message under the same payloadID is harmless where they remember it."""
        return self._writer(entity).safety

    def waits(self, entity: str) -> Waits:
        """How long before a message without an answer is sent again."""
        self._writer(entity)
        return self._waits

    def find(self, document: Outgoing) -> Found | None:
        """Nobody can be asked."""
        return self._writer(document.entity).find(document)

    def write(self, document: Outgoing) -> Written:
        """Send it; raises Refused with the network's own words."""
        return self._writer(document.entity).write(document)

    def where_to_look(self, document: Outgoing) -> str:
        """What a person looks at."""
        return self._writer(document.entity).where_to_look(document)

    def _writer(self, entity: str) -> Writer:
        if entity not in self._writers:
            raise UnknownName.among("document of cXML", entity, self._writers)
        return self._writers[entity]
