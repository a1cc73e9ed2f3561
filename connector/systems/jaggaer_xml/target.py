"""The writer of a JAGGAER Indirect connection: which part of it writes which entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain import doubt
from connector.domain.errors import ConfigurationError, UnknownName
from connector.systems.jaggaer_xml.entities.companies import MOST_AT_ONCE, Companies
from connector.systems.jaggaer_xml.entities.invoices import Invoices
from connector.systems.jaggaer_xml.entities.orders import Orders
from connector.systems.jaggaer_xml.lacks import NOT_OFFERED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.doubt import Waits
    from connector.domain.errors import ConnectorError
    from connector.domain.exchange import Outgoing, Safety, Written
    from connector.systems.jaggaer_xml.client import XmlClient
    from connector.systems.jaggaer_xml.config import JaggaerXmlConfig
    from connector.systems.jaggaer_xml.entities.writer import Writer
    from connector.systems.jaggaer_xml.messages import Messages
    from connector.systems.jaggaer_xml.names import Names


class JaggaerXmlTarget:
    """Implements ``ports.Target`` and ``ports.TakingMany``."""

    def __init__(self, *, client: XmlClient, messages: Messages, names: Names, config: JaggaerXmlConfig) -> None:
        self._companies = Companies(client=client, messages=messages, names=names, config=config)
        self._writers: dict[str, Writer] = {
            "companies": self._companies,
            "orders": Orders(client=client, messages=messages, names=names, config=config),
            "invoices": Invoices(client=client, messages=messages, names=names, config=config),
        }

    def safety(self, entity: str) -> Safety:
        """Suppliers are overwritten by their number (assumed); nothing can be asked about anything.

        Raises ConfigurationError for what cannot be sent: then nothing is tried.
        """
        return self._writer(entity).safety

    def waits(self, _entity: str) -> Waits:
        """How long to wait before the only question, which nobody can answer: then it is sent again."""
        return doubt.waits((doubt.SETTLE_SECONDS,))

    def find(self, document: Outgoing) -> None:
        """Nothing can be asked over this interface."""
        self._writer(document.entity)

    def write(self, document: Outgoing) -> Written:
        """Send the document. A refusal that means "there already" raises AlreadyThere."""
        return self._writer(document.entity).write(document)

    def most_at_once(self, entity: str) -> int:
        """Suppliers go together."""
        return MOST_AT_ONCE if entity == "companies" else 1

    def write_many(self, documents: Sequence[Outgoing]) -> Sequence[Written | ConnectorError]:
        """Send suppliers in one message."""
        return self._companies.write_many(documents)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER."""
        return self._writer(document.entity).where_to_look(document)

    def _writer(self, entity: str) -> Writer:
        if entity in NOT_OFFERED:
            raise ConfigurationError(NOT_OFFERED[entity])
        if entity not in self._writers:
            raise UnknownName.among("entity of JAGGAER Indirect", entity, self._writers)
        return self._writers[entity]
