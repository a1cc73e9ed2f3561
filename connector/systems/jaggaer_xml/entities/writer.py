"""What writing any entity takes. Nothing can be asked back over this interface: no document is ever found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from connector.domain.errors import AlreadyThere, Refused, Unanswered
from connector.domain.exchange import Safety, Written
from connector.systems.jaggaer_xml.answers import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

    from connector.domain.errors import ConnectorError
    from connector.domain.exchange import Outgoing
    from connector.systems.jaggaer_xml.answers import Answered
    from connector.systems.jaggaer_xml.client import XmlClient
    from connector.systems.jaggaer_xml.config import JaggaerXmlConfig
    from connector.systems.jaggaer_xml.messages import Messages
    from connector.systems.jaggaer_xml.names import Names


class Writer(ABC):
    """Writes one entity."""

    #: the section of its names
    SECTION = ""
    #: the only text of a status that means success; empty where the code says it
    SUCCESS = ""

    def __init__(self, *, client: XmlClient, messages: Messages, names: Names, config: JaggaerXmlConfig) -> None:
        self.client, self.messages, self.names, self.config = client, messages, names, config

    @property
    def safety(self) -> Safety:
        """How a second send is made harmless: not at all, unless JAGGAER overwrites by key."""
        return Safety.NONE

    @property
    def path(self) -> str:
        """Where its messages go."""
        return self.names(self.SECTION, "path")

    @abstractmethod
    def write(self, document: Outgoing) -> Written:
        """Send the document. A refusal that means "there already" raises AlreadyThere."""

    @abstractmethod
    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER."""

    def send(self, records: Iterable[etree._Element], message_id: str) -> Answered:
        """Send records in one message; a resend of the same has the same id."""
        return self.client.post(self.path, self.messages.message(self.SECTION, records, message_id=message_id))

    def settled(self, document: Outgoing, answer: Answered, *, losses: str = "") -> Written:
        """What an answer about this one document means."""
        match answer.verdict(self.names, word=self.SUCCESS):
            case Verdict.TAKEN:
                warning = " ".join(filter(None, (losses, *answer.said.warnings)))
                return Written(target_id=document.key, answer=answer.words, warning=warning)
            case Verdict.REFUSED | Verdict.ALL_FAILED:
                raise self.refusal(answer, answer.words)
            case Verdict.UNKNOWN:
                raise self.unknown(answer)

    def refusal(self, answer: Answered, words: str) -> Refused:
        """JAGGAER said no, in these words."""
        kind = AlreadyThere if answer.has(self.names, "already_there") else Refused
        return kind(f"JAGGAER refuses it: {words}.")

    def unknown(self, answer: Answered) -> ConnectorError:
        """JAGGAER said something that means neither yes nor no."""
        return Unanswered(
            f'JAGGAER answered /{self.path} with "{answer.words}", which says neither that it took the message '
            "nor that it did not."
        )
