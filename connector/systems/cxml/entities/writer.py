"""What writing any entity takes.

Nothing can be asked of a network. A message that may have arrived is sent again, under the same payloadID, only to one
that remembers them; else a person looks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from connector.domain.exchange import Safety, Written
from connector.systems.cxml.config import Remembers

if TYPE_CHECKING:
    from lxml import etree

    from connector.domain.exchange import Found, Outgoing
    from connector.systems.cxml.client import CxmlClient
    from connector.systems.cxml.config import CxmlConfig
    from connector.systems.cxml.names import Names


class Writer(ABC):
    """Writes one entity."""

    ENTITY = ""

    def __init__(self, *, client: CxmlClient, names: Names, config: CxmlConfig) -> None:
        self.client, self.names, self.config = client, names, config

    @property
    def safety(self) -> Safety:
        """Whether a second send is harmless."""
        return Safety.UNASKED if self.config.remembers_payload_ids is Remembers.YES else Safety.NONE

    def find(self, document: Outgoing) -> Found | None:
        """Nobody can be asked."""
        del document
        return None

    def write(self, document: Outgoing) -> Written:
        """Send it."""
        payload_id = self.payload_id(document)
        words = self.client.send(
            self.request(document), entity=self.ENTITY, to=self.to(document), payload_id=payload_id, url=self.url
        )
        return Written(target_id=payload_id, answer=words)

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it goes."""

    @abstractmethod
    def to(self, document: Outgoing) -> str:
        """Whom it is for."""

    @abstractmethod
    def payload_id(self, document: Outgoing) -> str:
        """The id of the message: of the same version of a document always the same."""

    @abstractmethod
    def request(self, document: Outgoing) -> etree._Element:
        """The document in XML."""

    @abstractmethod
    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes."""
