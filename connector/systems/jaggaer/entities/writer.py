"""What writing any entity takes, and how an answer becomes what the pipeline is told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Found, Safety, Written
from connector.reading import values
from connector.systems.jaggaer import fiql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.errors import ConnectorError
    from connector.domain.exchange import Held, Outgoing
    from connector.systems.jaggaer.answers import Envelope
    from connector.systems.jaggaer.bodies import Bodies
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.names import Names


class Writer(ABC):
    """Writes one entity. Sending the same again changes nothing (assumed but for companies)."""

    #: where its names stand
    ENTITY = ""
    #: the entity whose ids an answer about it has; empty where answers have none
    IDS_OF = ""
    SAFETY = Safety.NATIVE_KEY

    def __init__(self, *, client: JaggaerClient, names: Names, bodies: Bodies) -> None:
        self.client, self.names, self.bodies = client, names, bodies

    def waits(self, configured: tuple[int, ...]) -> tuple[int, ...]:
        """How long before each question about a lost answer; what is overwritten by its key needs only one."""
        return configured[:1]

    @abstractmethod
    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key; the answer is compared here, whatever the server made of the filter."""

    def asked_with(self, document: Outgoing) -> str:  # noqa: ARG002 - where each is asked about alone
        """Documents with the same are asked about together; empty where each is asked about alone."""
        return ""

    def find_many(self, documents: Sequence[Outgoing]) -> Sequence[Found | ConnectorError | None]:
        """For each what ``find`` returns or raises."""
        return [self.find(document) for document in documents]

    def copies(self, document: Outgoing) -> int:
        """How many of it there are: one, where a key of JAGGAER's own tells them apart."""
        return int(self.find(document) is not None)

    def everything(self) -> Iterator[Held] | None:
        """All that JAGGAER has of this entity; None where it is no master data."""
        return None

    @abstractmethod
    def write(self, document: Outgoing) -> Written:
        """Send the document. A refusal that means "there already" raises AlreadyThere."""

    @abstractmethod
    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""

    def by_key(self, key: str) -> Mapping[str, Any] | None:
        """What a list has under a key."""
        flt = fiql.equal((self.names.maybe(self.ENTITY, "filter"), key))
        field = self.names(self.ENTITY, "key")
        return next((row for row in self.client.list_(self.ENTITY, flt) if values.text(row.get(field)) == key), None)

    def found(self, document: Outgoing, there: Mapping[str, Any], difference: str, *, compared: bool = True) -> Found:
        """What is there, and how it differs; or, not ``compared``, why nobody can tell."""
        return Found(target_id=self._id_in(there, document), difference=difference, compared=compared)

    def written(self, document: Outgoing, answer: Envelope) -> Written:
        """What JAGGAER took, with its warning."""
        return Written(target_id=self._id_in(answer.body, document), warning=answer.warning)

    def _id_in(self, answer: Mapping[str, Any], document: Outgoing) -> str:
        """The id in an answer; the natural key where JAGGAER gives none."""
        return (values.text(answer.get(self.names(self.IDS_OF, "id"))) if self.IDS_OF else "") or document.key
