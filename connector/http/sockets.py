"""Each thread has sockets of its own to a connection, and keeps those to the connections it talked to last.

A process that works for a thousand customers talks to two thousand connections on some thirty threads: their sockets
would be more than a process may have, and most of them wait for nothing.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

#: connections to which a thread keeps sockets
MOST = 8


class Sockets:
    """What one connection is reached through."""

    def __init__(self, open_session: Callable[[], requests.Session]) -> None:
        self._open = open_session
        self._mine = threading.local()

    def session(self) -> requests.Session:
        """Return this thread's; where it is new, that of too many others which was not used for longest is closed."""
        session: requests.Session | None = getattr(self._mine, "session", None)
        if session is None:
            session = self._mine.session = self._open()
        _KEPT.used(self)
        return session

    def close(self) -> None:
        """Close this thread's."""
        session: requests.Session | None = getattr(self._mine, "session", None)
        if session is not None:
            session.close()
            del self._mine.session

    @property
    def is_open(self) -> bool:
        """Whether this thread has one."""
        return hasattr(self._mine, "session")


class _Kept(threading.local):
    """Of one thread, those that have a session, in the order in which they were last used."""

    def __init__(self) -> None:
        self._sockets: list[weakref.ref[Sockets]] = []

    def used(self, now: Sockets) -> None:
        if self._sockets and self._sockets[-1]() is now:
            return
        others = [one for one in self._sockets if (found := one()) is not None and found is not now and found.is_open]
        if len(others) >= MOST and (longest := others.pop(0)()) is not None:
            longest.close()
        self._sockets = [*others, weakref.ref(now)]


_KEPT = _Kept()
