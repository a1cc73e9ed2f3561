"""What posting any entity takes, and what the books of an instance do for it.

QAD refuses no posting for being there already: a reference that was used before is only a warning. So every posting is
looked for before it is sent, by its natural key and by our correlation id, and again after a refusal or a lost answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from connector.domain.money import spelled
from connector.systems.qad import values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.exchange import Found, Outgoing, Written

Body = Mapping[str, Any]
#: a posting as the books show it, under our names
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Record:
    """A posting as it is sent, under our names."""

    head: Body
    #: by our name for the collection
    collections: Mapping[str, Sequence[Body]]


class Books(Protocol):
    """The books of one instance, whichever interface they are reached through."""

    def find(self, document: Outgoing, writer: Writer) -> Found | None:
        """Ask by natural key in the document's own entity, then by our correlation id in every entity we post into."""
        ...

    def copies(self, document: Outgoing, writer: Writer) -> int:
        """How many postings of the document's own entity have its natural key."""
        ...

    def write(self, document: Outgoing, writer: Writer) -> Written:
        """Create it; never updates. Raises Refused with QAD's own words, AlreadyThere when it is there in spite."""
        ...

    def settled(self, document: Outgoing) -> Outgoing:
        """The document with the connection's own entity where it names none."""
        ...

    def correlation_field(self, entity: str) -> str | None:
        """QAD's field with our correlation id; None where the connection leaves it out."""
        ...


class Writer(ABC):
    """Posts one entity."""

    ENTITY: ClassVar[str]

    def __init__(self, books: Books) -> None:
        self._books = books

    def find(self, document: Outgoing) -> Found | None:
        """Ask whether it is posted already, and how what is there differs."""
        return self._books.find(document, self)

    def copies(self, document: Outgoing) -> int:
        """How often it is posted."""
        return self._books.copies(document, self)

    def write(self, document: Outgoing) -> Written:
        """Post it."""
        return self._books.write(document, self)

    def where_to_look(self, document: Outgoing) -> str:
        """The screen, the fields a person searches by, and what shows that it is ours."""
        body = self._books.settled(document).body
        total = spelled(self.total(body), str(body.get("currency") or ""))
        field = self._books.correlation_field(self.ENTITY)
        ours = f" and {document.correlation_id} in {field}" if field else ""
        return f"Look in QAD, entity {body['entity']}, with {self.screen(body)}; ours has the total {total}{ours}."

    def difference(self, document: Outgoing, row: Row) -> str:
        """How the posting in QAD differs; empty when it is ours. It may have been found by our correlation id alone."""
        body = document.body
        for ours, called in (("entity", "entity"), ("supplier_code", "supplier"), ("currency", "currency")):
            there, here = values.text_of(row, ours), str(body.get(ours) or "")
            if ours in row and here and not values.same_code(there, here):
                return f"its {called} is {there or 'unknown'} there and {here} here."
        currency, here_total, there_total = str(body["currency"]), self.total(body), self._total_in(row, body)
        if there_total is None:
            return f"QAD shows no total for it, ours is {spelled(here_total, currency)}."
        if there_total != here_total:
            return f"its total is {spelled(there_total, currency)} there and {spelled(here_total, currency)} here."
        return ""

    @abstractmethod
    def record(self, document: Outgoing) -> Record:
        """What is sent."""

    @abstractmethod
    def asked_by(self, document: Outgoing) -> tuple[str, str]:
        """The field and value QAD is asked for."""

    @abstractmethod
    def same_key(self, document: Outgoing, row: Row) -> bool:
        """Whether the row has the document's natural key."""

    @abstractmethod
    def total(self, body: Body) -> Decimal:
        """What the posting amounts to."""

    @abstractmethod
    def total_side(self, body: Body) -> str:
        """The column in which QAD shows that."""

    @abstractmethod
    def unseen(self, body: Body) -> str:
        """What the browse does not show of a posting."""

    @abstractmethod
    def screen(self, body: Body) -> str:
        """Where a person looks in QAD, and by what."""

    @abstractmethod
    def facts(self, body: Body) -> Mapping[str, str]:
        """What it was sent with that tells it from another one of the same key."""

    def _total_in(self, row: Row, body: Body) -> Decimal | None:
        amount = values.amount(row.get(self.total_side(body)))
        return amount if isinstance(amount, Decimal) else None
