"""The inbox of a connection: what was sent to it waits there to be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message in the inbox, as it came."""

    #: rises in the order in which the messages of a connection were stored
    number: int
    id: str
    key: str
    #: since when it is there to be read: when it came, or when a person had it read once more
    at: dt.datetime
    stands_at: dt.datetime | None
    content_type: str
    #: empty where retention has removed it, or a person had it erased: then it only says that it was here
    body: bytes = field(repr=False)


class Inbox(Protocol):
    """What one connection was sent, under our names for entities. Reading takes nothing out: each flow reads it all."""

    def read(
        self, entity: str, *, since: dt.datetime | None = None, after: int = 0, most: int = 100
    ) -> Sequence[Received]:
        """Of each document the latest message, in the order of their numbers; those that came at ``since`` or later.

        Fewer than ``most`` are no sign of the end, only none are: how much is read at once is bounded as well.
        Without keys every message is a document of its own. What a person has discarded is left out, and so is what
        could not be read.
        """
        ...

    def about(self, entity: str, key: str) -> Sequence[Received]:
        """The latest messages about one document, the latest one first."""
        ...


class EmptyInbox:
    """The inbox of a connection that nothing was sent to: one that is in no ledger yet."""

    def read(
        self, entity: str, *, since: dt.datetime | None = None, after: int = 0, most: int = 100
    ) -> Sequence[Received]:
        """Nothing."""
        del entity, since, after, most
        return ()

    def about(self, entity: str, key: str) -> Sequence[Received]:
        """Nothing."""
        del entity, key
        return ()
