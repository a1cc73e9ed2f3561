"""Workers that can be stopped in the middle of a step, and later go on or die: one runs at a time, as the test says.

A worker stops where a real one may be stopped for long while nothing is held in Postgres: behind a transaction,
after the target was asked, after the target did what it was asked, after the source was told.
"""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connector.domain.doubt import Waits
    from connector.domain.exchange import Found, Outgoing, Page, Query, Result, Row, Safety, Written
    from connector.domain.outcome import Cancel, Retry
    from connector.pipeline.world import World

#: a sleep that is longer than a claim is believed without asking
SLEEP_SECONDS = 60.0


class Killed(BaseException):
    """As SIGKILL: whatever catches errors does not see it, and nothing is written down after it."""


class Worker:
    """One worker process, for one step."""

    def __init__(self, world: World, *, stops_at: int | None) -> None:
        """It stops at its ``stops_at``-th place, or nowhere."""
        self._left = stops_at
        #: the test's turn, and the worker's
        self._turn, self._go = threading.Event(), threading.Event()
        self.stopped = False
        self._killed = False
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._hand: Any = world.clock
        self.identity = world.worker
        self.world = dataclasses.replace(
            world,
            store=_Store(world.store, self.place),
            source=lambda name: _Source(world.source(name), self.place),
            target=lambda name: _Target(world.target(name), self.place),
        )

    def place(self) -> None:
        """A place where this worker may be stopped."""
        if self._left is None:
            return
        self._left -= 1
        if self._left != 0:
            return
        self._left = None
        self.stopped = True
        self._turn.set()
        assert self._go.wait(HANG_SECONDS), "a worker that was stopped was never told to go on or to die"
        self.stopped = False
        if self._killed:
            raise Killed
        self._hand.now += SLEEP_SECONDS

    def start(self, step: Callable[[World], object]) -> bool:
        """Work until the end or the place to stop; whether it has stopped."""

        def work() -> None:
            try:
                step(self.world)
            except Killed:
                pass
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
                self._error = error
            self._turn.set()

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()
        assert self._turn.wait(HANG_SECONDS), "a step neither ended nor came to the place where it stops"
        self._complain()
        return self.stopped

    def wake(self, *, kill: bool = False) -> None:
        """Go on to the end, or die on the spot."""
        assert self._thread is not None
        self._killed = kill
        self._go.set()
        self._thread.join(HANG_SECONDS)
        assert not self._thread.is_alive(), "a worker that was told to go on never came to its end"
        self._complain()

    def _complain(self) -> None:
        if self._error is not None:
            raise self._error


class _Store:
    def __init__(self, store: Any, place: Callable[[], None]) -> None:
        self._store, self._place = store, place

    def transact(self, work: Callable[[Any], Any]) -> Any:
        done = self._store.transact(work)
        self._place()
        return done

    def housekeeping(self) -> str:
        return str(self._store.housekeeping())


class _Target:
    def __init__(self, target: Any, place: Callable[[], None]) -> None:
        self._target, self._place = target, place

    def safety(self, entity: str) -> Safety:
        found: Safety = self._target.safety(entity)
        return found

    def waits(self, entity: str) -> Waits:
        found: Waits = self._target.waits(entity)
        return found

    def find(self, document: Outgoing) -> Found | None:
        found: Found | None = self._target.find(document)
        self._place()
        return found

    def write(self, document: Outgoing) -> Written:
        written: Written = self._target.write(document)
        self._place()
        return written

    def where_to_look(self, document: Outgoing) -> str:
        return str(self._target.where_to_look(document))


class _Source:
    def __init__(self, source: Any, place: Callable[[], None]) -> None:
        self._source, self._place = source, place

    def pages(self, query: Query) -> Iterator[Page]:
        for page in self._source.pages(query):
            self._place()
            yield page

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        completed: Mapping[str, Any] = self._source.complete(entity, row)
        return completed

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, Cancel | Retry]:
        refused: Mapping[int, Cancel | Retry] = self._source.acknowledge(entity, payloads)
        self._place()
        return refused

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        return str(self._source.withdrawn(entity, payload))

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        said = str(self._source.confirm(entity, payload, result))
        self._place()
        return said
