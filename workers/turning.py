"""Whether the main process of a worker still turns: its children look, and end it when it does not.

The children do the work and give signs of life, so the ledger sees nothing amiss while their parent, which alone takes
messages, is stopped or hangs. Whoever started it (a container's restart policy, a pod, `up`) starts it again.
"""

from __future__ import annotations

import mmap
import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: looks of one child, three seconds apart, during which the parent has not turned. Whatever it waits for has a bound
#: of some seconds, and while everything was suspended no look was taken.
MOST_LOOKS = 20
_BYTES = 8


class Turning:
    """How often the main process has turned, in memory that it shares with those it forks."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared, self._clock = mmap.mmap(-1, _BYTES), clock
        self._times, self._rests = 0, False
        self._turned_at: float | None = None

    def turn(self) -> None:
        """Look for messages, or try to reach those who have some."""
        if not self._rests:
            self._times += 1
            self._turned_at = self._clock()
            self._shared[:] = self._times.to_bytes(_BYTES)

    def rest(self) -> None:
        """Turn no more, on purpose: what is under way is waited for, however long it takes."""
        self._times, self._rests = 0, True
        self._shared[:] = bytes(_BYTES)

    @property
    def times(self) -> int:
        """How often; 0 while nobody is to expect anything."""
        return int.from_bytes(self._shared[:])

    @property
    def turned_ago(self) -> float | None:
        """Seconds since the last time, for whoever lives in the same process; None while nothing is to be expected."""
        return None if self._turned_at is None or not self._times else self._clock() - self._turned_at


class Watch:
    """One child's eyes on its parent."""

    def __init__(self, turning: Turning, parent: int) -> None:
        self._turning, self._parent = turning, parent
        self._seen, self._looks = 0, 0

    def stands_still(self) -> bool:
        """Look once more; whether it has been the same for too many looks."""
        times = self._turning.times
        self._looks = self._looks + 1 if times and times == self._seen else 0
        self._seen = times
        return self._looks >= MOST_LOOKS and os.getppid() == self._parent

    def end(self) -> None:
        """Kill the parent: nothing else reaches a stopped process, and what its children hold they finish."""
        os.kill(self._parent, signal.SIGKILL)


#: of this worker: made before anything is forked
TURNING = Turning()
