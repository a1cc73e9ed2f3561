"""Many calls in flight: each on a thread, what comes back is told in the order in which it comes.

Only calls to the systems run there. What they find out is written down by whoever asked for them, in groups: what comes
within a moment is told together. The threads are those of the process, and so are their connections to the systems.
"""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

Found = TypeVar("Found")

#: how the threads of calls are called, and how many a process has at most
CALLS, MOST_THREADS = "call", 64
#: what comes within this time is written down together
MOMENT_SECONDS = 0.05


@dataclass(frozen=True)
class _Raised:
    error: BaseException


class Crew(Generic[Found]):
    """Does calls, at most so many at a time. With one at a time, the process does them itself."""

    def __init__(self, at_once: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._clock = at_once, clock
        self._waiting: deque[Callable[[], Found]] = deque()
        self._back: SimpleQueue[Found | _Raised] = SimpleQueue()
        self._out = self._working = 0
        self._error: Exception | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def start(self, call: Callable[[], Found]) -> None:
        """Do this as soon as there is room for it."""
        context = contextvars.copy_context()
        self._out += 1
        with self._lock:
            self._waiting.append(call if self._at_once == 1 else lambda: context.run(call))
            if self._at_once in {1, self._working}:
                return
            self._working += 1
        _threads(os.getpid()).submit(self._work)

    @property
    def busy(self) -> bool:
        """Whether anything is still to come back."""
        return self._out > 0 or self._error is not None

    @property
    def all_begun(self) -> bool:
        """Whether nothing waits for room: whoever is done next has nothing to do."""
        return not self._waiting

    @property
    def runs_short(self) -> bool:
        """Whether so little waits for room that some of it will soon be empty."""
        return len(self._waiting) < self._at_once // 2

    def come_back(self) -> list[Found]:
        """Wait for what comes next, and a moment for what comes with it.

        When a call raises, those that have not begun are not made; it is raised here when all others are back.
        """
        found: list[Found] = []
        for one in self._of_a_moment():
            if not isinstance(one, _Raised):
                found.append(one)
            elif isinstance(one.error, Exception):
                self._error = self._error or one.error
                self._stop()
            else:
                raise one.error
        if self._error is not None and not found and not self._out:
            raise self._error
        return found

    def _of_a_moment(self) -> Iterator[Found | _Raised]:
        began = self._clock()
        left: float | None = None
        while self._out and (left is None or left > 0):
            try:
                one = self._next(left)
            except Empty:
                return
            self._out -= 1
            yield one
            left = MOMENT_SECONDS - (self._clock() - began)

    def _next(self, seconds: float | None) -> Found | _Raised:
        if self._at_once == 1:
            return _done(self._waiting.popleft())
        return self._back.get(timeout=seconds)

    def _stop(self) -> None:
        with self._lock:
            self._out -= len(self._waiting)
            self._waiting.clear()

    def _work(self) -> None:
        """Do one call after another, on a thread."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._working -= 1
                    return
                call = self._waiting.popleft()
            self._back.put(_done(call))


def _done(call: Callable[[], Found]) -> Found | _Raised:
    try:
        return call()
    except BaseException as error:  # noqa: BLE001 - raised where its answer is waited for
        return _Raised(error)


@cache
def _threads(process: int) -> ThreadPoolExecutor:  # noqa: ARG001 - a fork has none of its parent's threads
    return ThreadPoolExecutor(MOST_THREADS, thread_name_prefix=CALLS)


def go_home() -> None:
    """End the threads of this process, whose calls are done."""
    _threads(os.getpid()).shutdown()
    _threads.cache_clear()
