"""An event is only a hint: it brings a poll, at most one in a while, however many say so and whoever sends them."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.ports import Hint

#: between two polls that events of one company and kind ask for
COALESCE_SECONDS = 5.0
_MOST_REMEMBERED = 1000
_MOST_EVENTS = 10_000


class Forwarding:
    """Asks for polls: each company and kind at most once in a while, and after every event once more.

    What comes within the while after a poll was asked for gets one at its end: the first poll may have read past it.
    The poll is asked for at once and due later, so that it is not forgotten when this process ends.
    """

    def __init__(
        self, bring_forward: Callable[[Hint, float], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bring_forward = bring_forward
        self._clock = clock
        #: when the newest poll that was asked for is due
        self._polled_at: dict[Hint, float] = {}
        self._lock = threading.Lock()

    def take(self, hint: Hint) -> bool:
        """Act on a hint; False when a poll that is still to come was asked for already."""
        now = self._clock()
        with self._lock:
            before = self._polled_at.get(hint)
            if before is not None and now < before:
                return False
            due = now if before is None else max(now, before + COALESCE_SECONDS)
            if len(self._polled_at) >= _MOST_REMEMBERED:
                self._polled_at.clear()
            self._polled_at[hint] = due
        try:
            self._bring_forward(hint, due - now)
        except BaseException:
            with self._lock:
                if self._polled_at.get(hint) == due:
                    del self._polled_at[hint]
            raise
        return True


class Seen:
    """Remembers the newest events, so that one that is sent over and over again is acted on once."""

    def __init__(self, most: int = _MOST_EVENTS) -> None:
        self._most = most
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def forget(self, event: bytes) -> None:
        """Nothing came of it: when it is sent again it is new."""
        self._known.pop(hashlib.sha256(event).digest(), None)

    def is_new(self, event: bytes) -> bool:
        """Whether these very bytes have not come lately. Only for one thread, and only for genuine events."""
        print_of_it = hashlib.sha256(event).digest()
        if print_of_it in self._known:
            return False
        self._known[print_of_it] = None
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return True
