"""What writing any entity takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from connector.domain.exchange import Found, Outgoing, Written


class Writer(Protocol):
    """Writes one entity. Sending the same again changes nothing."""

    def find(self, document: Outgoing) -> Found | None:
        """Ask by key."""
        ...

    def write(self, document: Outgoing) -> Written:
        """Create, change or delete, whichever it takes."""
        ...

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes."""
        ...
