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

    What somebody asked for is enough the first time. ``chance`` in [0, 1) is the only randomness, so that tests can
    choose it.
    """
    if at_least and tries <= 0:
        return dt.timedelta(seconds=at_least)
    window = min(cap, first * 2.0 ** min(max(tries, 0), _MOST_DOUBLINGS))
    return dt.timedelta(seconds=max(at_least, chance * window))
