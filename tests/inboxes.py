"""An inbox in memory, for tests of those who read one; what it does is what ``tests/store`` holds both to."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.ports import Kept, Received

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.ports import Message

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass
class InboxInMemory:
    """Implements ports.Inbox."""

    _held: list[tuple[Message, Received]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def keep(self, message: Message, body: bytes) -> Kept:
        """Store a message, unless there is one of its id."""
        for other, received in self._held:
            if other.id == message.id:
                same = hashlib.sha256(received.body).digest() == hashlib.sha256(body).digest()
                return Kept.REPEATED if same else Kept.OTHER
        received = Received(
            number=next(self._numbers),
            id=message.id,
            key=message.key,
            at=dt.datetime.now(dt.UTC),
            stands_at=message.stands_at,
            content_type=message.content_type,
            body=body,
        )
        self._held.append((message, received))
        return Kept.NEW

    def read(
        self, entity: str, *, since: dt.datetime | None = None, after: int = 0, most: int = 100
    ) -> Sequence[Received]:
        """Of each document the latest message, in the order of their numbers; those that came at ``since`` or later."""
        found = [one for one in self._of(entity) if not one.key or one == self.about(entity, one.key)[0]]
        return [one for one in found if one.number > after and one.at >= (since or _NEVER)][:most]

    def about(self, entity: str, key: str) -> Sequence[Received]:
        """The latest messages about one document, the latest one first."""
        found = [one for one in self._of(entity) if one.key == key]
        return sorted(found, key=lambda one: (one.stands_at or _NEVER, one.number), reverse=True)

    def _of(self, entity: str) -> list[Received]:
        return [one for message, one in self._held if message.entity == entity and not message.problem]
