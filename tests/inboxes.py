"""An inbox in memory, for tests of those who read one; what it does is what ``tests/store`` holds both to."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.domain import last_word
from connector.domain.last_word import Word
from connector.ports import Kept, Received

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connector.ports import Message

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass
class InboxInMemory:
    """Implements ports.Inbox."""

    #: our clock
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    #: numbers of messages that a person has to decide about
    doubted: set[int] = field(default_factory=set)
    _held: list[tuple[Message, Received]] = field(default_factory=list)
    _said: dict[int, bytes] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def keep(self, message: Message, body: bytes) -> Kept:
        """Store a message, unless there is one of its id."""
        message = replace(message, stands_at=last_word.in_utc(message.stands_at))
        for other, received in self._held:
            if other.id == message.id:
                same = (other.says or received.body) == (message.says or body)
                return Kept.REPEATED if same else Kept.OTHER
        referred = [one for one, _ in self._held if message.refers_to and one.id == message.refers_to]
        key = referred[0].key if referred else message.key
        moments = [one.stands_at for one in (*referred, message) if one.stands_at is not None]
        received = Received(
            number=next(self._numbers),
            id=message.id,
            key=key,
            at=self.now(),
            stands_at=max(moments) if message.stands_at else None,
            content_type=message.content_type,
            body=body,
        )
        stands = self.about(message.entity, key)[:1] if key and not message.problem else []
        self._held.append((replace(message, key=key), received))
        self._said[received.number] = message.says or body
        recalled = any(message.id == other.refers_to and other.entity == message.entity for other, _ in self._held)
        if recalled or any(
            last_word.doubt(self._word(received), self._word(one), snapshot=message.snapshot) for one in stands
        ):
            self.doubted.add(received.number)
            return Kept.DOUBTED
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
        return sorted(found, key=lambda one: (self._word(one).counts_from, one.number), reverse=True)

    def _of(self, entity: str) -> list[Received]:
        readable = ((message, one) for message, one in self._held if one.number not in self.doubted)
        return [one for message, one in readable if message.entity == entity and not message.problem]

    def _word(self, one: Received) -> Word:
        return Word(number=one.number, received_at=one.at, stands_at=one.stands_at, digest=self._said[one.number])
