"""Moments as people type them: a date, a time, or how long ago."""

from __future__ import annotations

import datetime as dt
import re

from connector.domain.errors import ConfigurationError

_AGO = re.compile(r"(\d{1,5})\s*(s|m|h|d|w)", re.IGNORECASE)
_LENGTHS = {
    "s": dt.timedelta(seconds=1),
    "m": dt.timedelta(minutes=1),
    "h": dt.timedelta(hours=1),
    "d": dt.timedelta(days=1),
    "w": dt.timedelta(weeks=1),
}


def read(text: str, *, now: dt.datetime) -> dt.datetime:
    """Read ``2026-11-01``, ``2026-11-01T08:00+01:00`` or ``3d`` (ago); a time without offset is local time.

    ``now`` is aware. Raises ConfigurationError for anything else, and for a moment that is yet to come.
    """
    spelled = text.strip()
    ago = _AGO.fullmatch(spelled)
    if ago is not None:
        return now - int(ago[1]) * _LENGTHS[ago[2].lower()]
    try:
        moment = dt.datetime.fromisoformat(spelled).astimezone()
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{text!r} is not a moment: write a date (2026-11-01), a time (2026-11-01T08:00+01:00) "
            "or how long ago (90m, 12h, 3d, 2w)."
        ) from None
    if moment > now:
        raise ConfigurationError(f"{text!r} lies in the future; name a moment that has passed.")
    return moment
