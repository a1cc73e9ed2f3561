"""What is asked of a system that sends events: who wants them, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from connector.ports.systems import System

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.ports.connections import OpenConnection


class SubscriptionShown(Protocol):
    """A webhook as its system lists it."""

    @property
    def name(self) -> str:
        """Its name there."""
        ...

    @property
    def endpoint(self) -> str:
        """Where events go."""
        ...

    @property
    def topic(self) -> str:
        """What the events are about."""
        ...

    @property
    def filter(self) -> str:
        """Which events, as a regular expression."""
        ...


class Subscriptions(Protocol):
    """The webhooks of one connection."""

    def subscribe(self, name: str, endpoint: str) -> None:
        """Ask for events at this address; a subscription of this name is changed."""
        ...

    def list_(self) -> Sequence[SubscriptionShown]:
        """Every webhook there is."""
        ...

    def remove(self, name: str) -> None:
        """Ask for no more events under this name."""
        ...


@dataclass(frozen=True)
class Hint:
    """Something became ready: in which company, and the entity that is to be read for it."""

    company: str
    entity: str


class Events(Protocol):
    """What the events of a system look like, whom they are about and what they mean.

    Each is signed with one of several RSA keys, over its very bytes (see ``inbound.signature``).
    """

    #: the header that holds an event's signature
    signature: str
    #: the common name in the client certificate of whoever sends them
    certificate: str
    #: the configuration field that holds the company an event is about
    company: str

    def read(self, event: object) -> Hint | None:
        """What an event hints at, its company spelled as in a configuration; None when there is nothing to do."""
        ...


@runtime_checkable
class Subscribing(System, Protocol):
    """A system that sends events."""

    events: Events

    def subscriptions(self, connection: OpenConnection) -> Subscriptions:
        """The webhooks of this connection."""
        ...
