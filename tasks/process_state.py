"""Where a worker process keeps its world: set once when the process starts, used by every task."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from connector.pipeline.world import World


class Due(Protocol):
    """Chores that know themselves when their time has come."""

    def do_due(self) -> object:
        """Do those whose time has come; none of them raises."""
        ...


class ProcessState:
    """The world of this process, and what it is busy with (its heartbeat says so)."""

    def __init__(self) -> None:
        self._world: World | None = None
        self._chores: Due | None = None
        self._tell: Callable[[], int] | None = None
        self.busy_with: frozenset[UUID] = frozenset()
        self._turned_at: float | None = None

    @contextmanager
    def task(self) -> Iterator[None]:
        """Note when a task begins and ends."""
        self.note_progress()
        try:
            yield
        finally:
            self.note_progress()

    def note_progress(self) -> None:
        """Note that a task begins, gets on or ends now."""
        self._turned_at = time.monotonic()

    @property
    def turned_ago(self) -> timedelta | None:
        """How long ago a task began or ended here; None when there was none yet."""
        return None if self._turned_at is None else timedelta(seconds=time.monotonic() - self._turned_at)

    def use(self, world: World, *, chores: Due | None = None, tell: Callable[[], int] | None = None) -> None:
        """Use this world from now on; ``chores`` are done with the housekeeping, ``tell`` tells channels of alerts."""
        self._world, self._chores, self._tell = world, chores, tell

    def do_chores(self) -> None:
        """Do what is due besides the ledger's own housekeeping."""
        if self._chores is not None:
            self._chores.do_due()

    def tell(self) -> int:
        """Tell channels what is due; returns how many messages went through."""
        return 0 if self._tell is None else self._tell()

    @property
    def world(self) -> World:
        """The world; a task that runs before the process was set up is a mistake of ours."""
        if self._world is None:
            raise RuntimeError("this worker process was not set up: start it with `celery -A workers.app worker`")
        return self._world


PROCESS = ProcessState()
