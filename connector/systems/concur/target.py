"""The writer of a Concur connection: which part of it writes which entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain import doubt
from connector.domain.errors import UnknownName
from connector.domain.exchange import Safety
from connector.systems.concur.entities.list_items import ListItems
from connector.systems.concur.entities.payment_confirmations import PaymentConfirmations
from connector.systems.concur.entities.purchase_orders import PurchaseOrders
from connector.systems.concur.entities.receipts import Receipts
from connector.systems.concur.entities.vendors import Vendors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.domain.doubt import Waits
    from connector.domain.errors import ConnectorError
    from connector.domain.exchange import Found, Held, Outgoing, Written
    from connector.systems.concur.client import ConcurClient
    from connector.systems.concur.entities.writer import Writer
    from connector.systems.concur.financial import FinancialIntegration
    from connector.systems.concur.names import Names


class ConcurTarget:
    """Implements ``ports.Target`` and ``ports.Listing``."""

    def __init__(
        self, *, client: ConcurClient, service: FinancialIntegration, names: Names, waits: tuple[int, ...]
    ) -> None:
        self._waits = doubt.waits(waits)
        self._writers: dict[str, Writer] = {
            "vendors": Vendors(client=client, names=names),
            "list_items": ListItems(client=client, names=names),
            "purchase_orders": PurchaseOrders(client=client, names=names),
            "receipts": Receipts(client=client, names=names),
            "payment_confirmations": PaymentConfirmations(service=service),
        }

    def safety(self, entity: str) -> Safety:
        """Everything has a key of Concur's own: it refuses a second one, or, of payments, knows the same again."""
        return Safety.RESENT if isinstance(self._writer(entity), PaymentConfirmations) else Safety.NATIVE_KEY

    def waits(self, entity: str) -> Waits:
        """The same for everything."""
        del entity
        return self._waits

    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key; what is found is compared here. Payment confirmations cannot be asked for."""
        return self._writer(document.entity).find(document)

    def write(self, document: Outgoing) -> Written:
        """Bring the document into Concur; raises Refused with Concur's own words."""
        return self._writer(document.entity).write(document)

    def most_at_once(self, entity: str) -> int:
        """How many documents of an entity one request takes; 1 where each needs its own."""
        writer = self._writer(entity)
        return writer.most_at_once() if isinstance(writer, ListItems) else 1

    def write_many(self, documents: Sequence[Outgoing]) -> Sequence[Written | ConnectorError]:
        """Bring documents of one entity into Concur together; what became of each."""
        writer = self._writer(documents[0].entity)
        if not isinstance(writer, ListItems):
            raise UnknownName.among("entity of Concur that is written in bulk", documents[0].entity, ["list_items"])
        return writer.write_many(documents)

    def everything(self, entity: str) -> Iterator[Held] | None:
        """All vendors, all items of the lists that are set; Concur has no list of anything else that we write."""
        writer = self._writer(entity)
        return writer.everything() if isinstance(writer, Vendors | ListItems) else None

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in Concur."""
        return self._writer(document.entity).where_to_look(document)

    def _writer(self, entity: str) -> Writer:
        if entity not in self._writers:
            raise UnknownName.among("entity of Concur", entity, self._writers)
        return self._writers[entity]
