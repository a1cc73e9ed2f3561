"""What strangers may cost: how often somebody fails to show who they are, and how much of what they send is held."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: sign-ins of one side at one connection that may fail in a minute
MOST_FAILURES = 30
#: bytes of bodies that are held at once, whoever sends them
MOST_HELD = 100_000_000
_MINUTE = 60.0
_MOST_REMEMBERED = 10_000


class Failures:
    """Remembers whose sign-ins failed lately, by who they are as far as the network tells. For one thread."""

    def __init__(
        self,
        most: int = MOST_FAILURES,
        *,
        remembered: int = _MOST_REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._remembered, self._clock = most, remembered, clock
        self._failed: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def too_many(self, who: str, where: str) -> bool:
        """Whether they have failed so often within a minute that they are not listened to."""
        failed = self._failed.get((who, where))
        if failed is None:
            return False
        now = self._clock()
        while failed and now - failed[0] >= _MINUTE:
            failed.popleft()
        if not failed:
            del self._failed[who, where]
        return len(failed) >= self._most

    def note(self, who: str, where: str) -> None:
        """Another one has failed."""
        failed = self._failed.setdefault((who, where), deque(maxlen=self._most))
        failed.append(self._clock())
        self._failed.move_to_end((who, where))
        if len(self._failed) > self._remembered:
            self._failed.popitem(last=False)


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
