"""Chores of beat: each is done every so often, and one that fails keeps nobody from the others."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
#: what failed is tried again after this at the latest, however seldom it is done
AGAIN_SECONDS = 60.0
#: a chore that is in the middle of something is not waited for longer when beat stops: all of them may be cut short
PATIENCE_SECONDS = 3.0


@dataclass(kw_only=True)
class Chore:
    """Something to do again and again."""

    what: str
    do: Callable[[], object]
    #: seconds from one time to the next; 0 is each time
    every: float = 0.0
    #: on the clock of the chores
    next_at: float = 0.0


class Chores:
    """What one thread of beat does, one after another."""

    def __init__(self, chores: Iterable[Chore], *, clock: Callable[[], float]) -> None:
        self._chores = list(chores)
        self._clock = clock

    def __len__(self) -> int:
        """How many there are."""
        return len(self._chores)

    def do_due(self) -> list[str]:
        """Do each chore whose time has come; returns those that failed."""
        now = self._clock()
        failed = []
        for chore in self._chores:
            if now < chore.next_at:
                continue
            if _done(chore):
                chore.next_at = now + chore.every
            else:
                chore.next_at = now + min(chore.every, AGAIN_SECONDS)
                failed.append(chore.what)
        return failed


class Caretaker:
    """Does chores on a thread of its own."""

    def __init__(self, chores: Chores) -> None:
        self._chores = chores
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="caretaker", daemon=True)

    def start(self) -> None:
        """Begin at once."""
        self._thread.start()

    def stop(self) -> None:
        """Begin none any more."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_SECONDS)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._chores.do_due()
            self._stopped.wait(TICK_SECONDS)


def _done(chore: Chore) -> bool:
    try:
        chore.do()
    except ConnectorError as error:
        _log.warning("beat.chore_failed", extra={"chore": chore.what, "error": error.in_full})
    except Exception as error:  # noqa: BLE001 - a fault of ours in one chore must not stop the schedule of everything
        _log.error("beat.chore_failed", extra={"chore": chore.what, "error": type(error).__name__})
    else:
        return True
    return False
