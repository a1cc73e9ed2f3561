"""What the pipeline asks of a system: reading, writing, being told; and what a system may be able to do besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.doubt import Waits
    from connector.domain.errors import ConnectorError
    from connector.domain.exchange import (
        Found,
        Held,
        Outgoing,
        Page,
        PingReport,
        Query,
        Result,
        Row,
        Safety,
        Written,
    )
    from connector.domain.outcome import Cancel, Retry
    from connector.domain.setting import Setting
    from connector.domain.token import Token
    from connector.ports.connections import OpenConnection


class Source(Protocol):
    """Reads documents of one connection."""

    def pages(self, query: Query) -> Iterator[Page]:
        """Yield pages until the source is read; raises SourceLies when its answers contradict each other."""
        ...

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        """Return the whole document for a listed row: the row itself, or a second read when the listing is short."""
        ...


@runtime_checkable
class Acknowledging(Protocol):
    """A source that wants to know that we have its documents before anything else is done with them."""

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, Cancel | Retry]:
        """Tell it, in bulk; returns, by place in ``payloads``, those that are not ours, and those it cannot say of yet.

        Telling it twice is harmless.
        """
        ...


@runtime_checkable
class Confirming(Protocol):
    """A source that is told how each document ended."""

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        """Why the source does not want the document posted any more; empty while it does."""
        ...

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        """Tell it; returns its words. Telling it twice is harmless. Raises Recalled when it took the document back."""
        ...


class Target(Protocol):
    """Writes documents of one connection."""

    def safety(self, entity: str) -> Safety:
        """How a second send of this entity is made harmless."""
        ...

    def waits(self, entity: str) -> Waits:
        """How long to wait before each question about a lost answer; after the last one it is sent again."""
        ...

    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key whether the target has this document; never changes anything."""
        ...

    def write(self, document: Outgoing) -> Written:
        """Create or update. Raises Unanswered when the request left and no answer came."""
        ...

    def where_to_look(self, document: Outgoing) -> str:
        """The exact search a person makes in the target to find this document, as one sentence."""
        ...


@runtime_checkable
class TakingMany(Protocol):
    """A target that takes many documents of some entities in one request. Each gets an answer of its own."""

    def most_at_once(self, entity: str) -> int:
        """How many documents of this entity it takes together; 1 where each needs a request of its own."""
        ...

    def write_many(self, documents: Sequence[Outgoing]) -> Sequence[Written | ConnectorError]:
        """Create or update documents of one entity; for each, in their order, what ``write`` returns or raises.

        What it raises itself is about all of them.
        """
        ...


@runtime_checkable
class AskedAboutMany(Protocol):
    """A target that is asked about many documents of some entities at once."""

    def asked_with(self, document: Outgoing) -> str:
        """Documents of an entity with the same are asked about together; empty where each is asked about alone."""
        ...

    def find_many(self, documents: Sequence[Outgoing]) -> Sequence[Found | ConnectorError | None]:
        """For each of these, in their order, what ``find`` returns or raises. What it raises is about all of them."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A target that can have a document twice, and can be asked how often it has it."""

    def copies(self, document: Outgoing) -> int:
        """How many documents it has with this natural key. Reads only; raises what ``find`` raises."""
        ...


@runtime_checkable
class Listing(Protocol):
    """A target that can be asked for all that it has of some master data."""

    def everything(self, entity: str) -> Iterator[Held] | None:
        """All of it, page by page; None where it has no list of this entity. Reads only; raises ConnectorError."""
        ...


#: where the address of a simulator belongs in an example
PLACE = "{place}"


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Files of connections to begin with, as YAML; secrets are references."""

    #: every key with its meaning, as a customer fills it in
    connection: str
    #: what it takes to reach its simulator, whose address is left open; empty where it has none
    simulator: str = ""

    def at(self, place: str) -> str:
        """Return the connection to a simulator at this address."""
        return self.simulator.replace(PLACE, place)


@runtime_checkable
class System(Protocol):
    """One of the systems we speak with: what its connections look like, and how to open one.

    Its name is that of its folder, or of its entry point where another package brings it.
    """

    name: str
    title: str
    #: how `ml-connector sandbox` calls what simulates it; empty where nothing does
    simulator: str
    examples: Examples
    #: configuration fields that belong into the vault
    secrets: frozenset[str]

    def check(self, config: Mapping[str, Any], overrides: Mapping[str, Any]) -> Mapping[str, Any]:
        """Validate configuration and entity overrides; returns them normalised, raises ConfigurationError."""
        ...

    def source(self, connection: OpenConnection) -> Source:
        """A reader of this connection; makes no request yet."""
        ...

    def target(self, connection: OpenConnection) -> Target:
        """A writer of this connection; makes no request yet."""
        ...

    def ping(self, connection: OpenConnection) -> PingReport:
        """Log in and check every entity; raises ConnectorError with a sentence when not even that is possible."""
        ...


@runtime_checkable
class Describing(Protocol):
    """A system that says what a connection's configuration is made of, so that a form can ask for it."""

    def settings(self) -> tuple[Setting, ...]:
        """Secrets and all; those that are usually filled in say so. Overrides of names are none of them."""
        ...


@runtime_checkable
class Interface(Protocol):
    """Another interface of a system that is there: its documents are the same, and so the same flows run on it."""

    #: the name of that system
    interface_of: str


@runtime_checkable
class Renewing(Protocol):
    """A system whose stored tokens only a person can replace once they are lost."""

    #: configuration fields and secrets a stored token belongs to; it outlives every other change
    grant: frozenset[str]


@runtime_checkable
class Tenanted(Protocol):
    """A system that can tell which part of a connection's configuration says whose books it leads to."""

    #: configuration fields; documents, links and positions of reading belong to these
    tenant: frozenset[str]


@runtime_checkable
class HandingOver(Protocol):
    """A system whose messages nothing asks for again once flows have taken the documents in them."""

    hands_over: bool


@runtime_checkable
class Gating(Protocol):
    """A system whose connections may leave out columns that flows decide by."""

    def unchecked(self, entity: str, overrides: Mapping[str, Any]) -> tuple[str, ...]:
        """What a flow that reads this entity does not check then, a sentence for each; empty = it checks all."""
        ...


@runtime_checkable
class Lacking(Protocol):
    """A system whose customers' sites cannot all do everything."""

    def lacks(
        self, entity: str, config: Mapping[str, Any], overrides: Mapping[str, Any], *, posting: bool
    ) -> tuple[str, ...]:
        """What a flow that reads (or posts) this entity has to do without on this site, a sentence for each."""
        ...


@runtime_checkable
class Completing(Protocol):
    """A source whose documents of some entities are not all in its lists."""

    def reads_each(self, entity: str) -> bool:
        """Whether ``complete`` makes a request for each document."""
        ...


@runtime_checkable
class Parallel(Protocol):
    """A system that takes several requests of a worker process at a time; a connection may say how many."""

    #: that read what it has
    reads_at_once: int
    #: that write, and those that ask before or after
    writes_at_once: int


@runtime_checkable
class SparingSecrets(Protocol):
    """A system whose connections do without some of its secrets; its ``check`` says when."""

    optional_secrets: frozenset[str]


@runtime_checkable
class Lapsing(Protocol):
    """A system whose connections end by themselves unless they are used."""

    def lapses_at(self, token: Token | None) -> dt.datetime | None:
        """When this token can no longer be renewed and a person must act; None when it does not end."""
        ...
