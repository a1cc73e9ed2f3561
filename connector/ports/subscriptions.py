"""What an operator asks of a system that sends events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

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
    def filter(self) -> str:
        """Which events, as a regular expression."""
        ...


class Subscriptions(Protocol):
    """The webhooks of one connection."""

    def subscribe(self, name: str, endpoint: str) -> None:
        """Ask for events at this address; a subscription of this name is changed."""
        ...

    def listed(self) -> Sequence[SubscriptionShown]:
        """Every webhook there is."""
        ...

    def remove(self, name: str) -> None:
        """Ask for no more events under this name."""
        ...


@runtime_checkable
class Subscribing(Protocol):
    """A system that sends events."""

    def subscriptions(self, connection: OpenConnection) -> Subscriptions:
        """The webhooks of this connection."""
        ...
