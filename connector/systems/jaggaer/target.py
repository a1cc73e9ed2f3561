"""The writer of a JAGGAER connection: which part of it writes which entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain import doubt
from connector.domain.errors import UnknownName
from connector.systems.jaggaer.bodies import Bodies
from connector.systems.jaggaer.entities.account_values import AccountValues
from connector.systems.jaggaer.entities.companies import Companies
from connector.systems.jaggaer.entities.invoices import Invoices
from connector.systems.jaggaer.entities.orders import Orders
from connector.systems.jaggaer.entities.payment_status import PaymentStatus
from connector.systems.jaggaer.invoice_search import InvoiceSearch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.domain.doubt import Waits
    from connector.domain.errors import ConnectorError
    from connector.domain.exchange import Found, Held, Outgoing, Safety, Written
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.config import JaggaerConfig
    from connector.systems.jaggaer.entities.writer import Writer
    from connector.systems.jaggaer.names import Names


class JaggaerTarget:
    """Implements ``ports.Target``, ``ports.AskedAboutMany``, ``ports.Counting`` and ``ports.Listing``."""

    def __init__(self, *, client: JaggaerClient, names: Names, config: JaggaerConfig) -> None:
        bodies, search = Bodies(names=names, config=config), InvoiceSearch(client=client, names=names)
        self._waits, field = config.ask_again_seconds, config.account_field
        self._writers: dict[str, Writer] = {
            "companies": Companies(client=client, names=names, bodies=bodies),
            "account_values": AccountValues(client=client, names=names, bodies=bodies, field=field),
            "orders": Orders(client=client, names=names, bodies=bodies),
            "invoices": Invoices(client=client, names=names, bodies=bodies, search=search),
            "payment_status": PaymentStatus(client=client, names=names, bodies=bodies, search=search),
        }

    def safety(self, entity: str) -> Safety:
        """Invoices are asked for first; everything else is overwritten by its key (assumed but for companies)."""
        return self._writer(entity).SAFETY

    def waits(self, entity: str) -> Waits:
        """How long before each question about a lost answer."""
        return doubt.waits(self._writer(entity).waits(self._waits))

    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key; the answer is compared here."""
        return self._writer(document.entity).find(document)

    def asked_with(self, document: Outgoing) -> str:
        """Invoices of one supplier are asked about together."""
        return self._writer(document.entity).asked_with(document)

    def find_many(self, documents: Sequence[Outgoing]) -> Sequence[Found | ConnectorError | None]:
        """Ask about documents that are asked about together."""
        return self._writer(documents[0].entity).find_many(documents)

    def copies(self, document: Outgoing) -> int:
        """How many JAGGAER has of it."""
        return self._writer(document.entity).copies(document)

    def everything(self, entity: str) -> Iterator[Held] | None:
        """All companies that sell, all values of the accounting field; nothing else is master data."""
        return self._writer(entity).everything()

    def write(self, document: Outgoing) -> Written:
        """Bring the document into JAGGAER. A refusal that means "there already" raises AlreadyThere."""
        return self._writer(document.entity).write(document)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        return self._writer(document.entity).where_to_look(document)

    def _writer(self, entity: str) -> Writer:
        if entity not in self._writers:
            raise UnknownName.among("entity of JAGGAER", entity, self._writers)
        return self._writers[entity]
