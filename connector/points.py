"""Points around everything that cannot be undone: each commit, each request, each message to the broker.

Nothing stands there when the product runs. Tests do: they kill the process at a point, or let it see a timeout although
the effect has happened.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMIT = "commit"
MESSAGE = "message"


class Watcher(Protocol):
    """Sees every point; what it raises is raised there."""

    def before(self, what: str) -> None:
        """The effect is about to happen: COMMIT, MESSAGE, or a request as ``POST /path``."""
        ...

    def after(self, what: str) -> None:
        """The effect has happened, and nobody has been told."""
        ...


_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Stand at every point of this process and of those it forks."""
    _watchers.append(watcher)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Stand at every point as long as the block lasts."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def point(what: str) -> Iterator[None]:
    """Hold the effect inside."""
    for watcher in _watchers:
        watcher.before(what)
    yield
    for watcher in _watchers:
        watcher.after(what)
