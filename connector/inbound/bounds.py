"""What strangers may cost: how often somebody fails to show who they are, and how much of what they send is held."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: sign-ins of one side at one connection that may fail in a minute
MOST_FAILURES = 30
#: bytes of documents of one side at one connection that nobody can read, in a minute; each counts as so many at least
MOST_UNREADABLE = 100_000_000
LEAST_UNREADABLE = 10_000
#: bytes of bodies that are held at once, whoever sends them
MOST_HELD = 100_000_000
_MINUTE = 60.0
_MOST_REMEMBERED = 10_000


class Failures:
    """Remembers what was turned away lately, by who they are as far as the network tells. For one thread."""

    def __init__(
        self,
        most: int = MOST_FAILURES,
        *,
        remembered: int = _MOST_REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._remembered, self._clock = most, remembered, clock
        self._failed: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def too_many(self, who: str, where: str) -> bool:
        """Whether it was so much within a minute that they are not listened to until that is over."""
        return self._lately(who, where)[1] >= self._most

    def note(self, who: str, where: str, amount: int = 1) -> None:
        """It has become more."""
        begun, before = self._lately(who, where)
        self._failed[who, where] = (begun, before + amount)
        self._failed.move_to_end((who, where))
        if len(self._failed) > self._remembered:
            self._failed.popitem(last=False)

    def _lately(self, who: str, where: str) -> tuple[float, int]:
        now = self._clock()
        begun, amount = self._failed.get((who, where), (now, 0))
        return (begun, amount) if now - begun < _MINUTE else (now, 0)


class Room:
    """Counts the bytes that are held. For one thread."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._free = most

    def take(self, size: int) -> bool:
        """Take room for so many bytes; False when there is not enough."""
        if size > self._free:
            return False
        self._free -= size
        return True

    def give_back(self, size: int) -> None:
        """They are held no more."""
        self._free += size
