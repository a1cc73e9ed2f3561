"""How long to wait before the next try: exponential with full jitter."""

from __future__ import annotations

import datetime as dt

FIRST_SECONDS = 2.0
CAP_SECONDS = 900.0
_MOST_DOUBLINGS = 30


def delay(
    tries: int, *, chance: float, first: float = FIRST_SECONDS, cap: float = CAP_SECONDS, at_least: float = 0.0
) -> dt.timedelta:
    """Wait anything up to ``first * 2**tries`` seconds (at most ``cap``), never less than ``at_least``.

    A rest shorter than ``first`` that somebody asked for is doubled in its place. ``chance`` in [0, 1) is the only
    randomness, so that tests can choose it.
    """
    first = min(first, at_least) if at_least else first
    window = min(cap, first * 2.0 ** min(max(tries, 0), _MOST_DOUBLINGS))
    return dt.timedelta(seconds=max(at_least, chance * window))
