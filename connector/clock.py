"""The time of this process."""

from __future__ import annotations

import random
import time


class SystemClock:
    """Implements ports.Clock."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def chance(self) -> float:
        """A number in [0, 1), for jitter only."""
        return random.random()  # noqa: S311 - spreads retries, guards nothing
