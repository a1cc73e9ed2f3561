"""Many calls in flight: each on a thread of its own, what comes back is told in the order in which it comes.

Only calls to the systems run there. What they find out is written down by whoever asked for them, in groups: what comes
within a moment is told together.
"""

from __future__ import annotations

import contextvars
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

Found = TypeVar("Found")

#: how the threads of calls are called
CALLS = "call"
#: what comes within this time is written down together
MOMENT_SECONDS = 0.02


class Crew(Generic[Found]):
    """Does calls, at most so many at a time. With one at a time, the process does them itself."""

    def __init__(self, at_once: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=CALLS) if at_once > 1 else None
        self._waiting: deque[Callable[[], Found]] = deque()
        self._under_way: set[Future[Found]] = set()
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=error is None, cancel_futures=True)

    def start(self, call: Callable[[], Found]) -> None:
        """Do this as soon as there is room for it."""
        if self._threads is None:
            self._waiting.append(call)
        else:
            self._under_way.add(self._threads.submit(partial(contextvars.copy_context().run, call)))

    @property
    def busy(self) -> bool:
        """Whether anything is still to come back."""
        return bool(self._waiting or self._under_way or self._error)

    def come_back(self) -> list[Found]:
        """Wait for what comes next, and a moment for what comes with it.

        What a call raised is raised here, behind what others found out.
        """
        if self._error is not None:
            raise self._error
        if self._threads is None:
            return self._do_some()
        done, self._under_way = wait(self._under_way, return_when=FIRST_COMPLETED)
        if self._under_way:
            more, self._under_way = wait(self._under_way, timeout=MOMENT_SECONDS)
            done |= more
        return self._found(future.result for future in done)

    def _do_some(self) -> list[Found]:
        return self._found(self._calls_of_a_moment())

    def _calls_of_a_moment(self) -> Iterator[Callable[[], Found]]:
        began = self._clock()
        yield self._waiting.popleft()
        while self._waiting and self._error is None and self._clock() - began < MOMENT_SECONDS:
            yield self._waiting.popleft()

    def _found(self, calls: Iterable[Callable[[], Found]]) -> list[Found]:
        found: list[Found] = []
        for call in calls:
            try:
                found.append(call())
            except Exception as error:  # noqa: BLE001 - raised when what was found has been told
                self._error = self._error or error
        if self._error is not None and not found:
            raise self._error
        return found
