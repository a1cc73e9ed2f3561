"""What an answer means: a table. How long to wait is elsewhere, and who waits is the queue."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from enum import Enum, auto


class Meaning(Enum):
    """What a status says about the request."""

    ANSWERED = auto()  # the caller decides
    SLOW_DOWN = auto()  # nothing was done: come back later
    UNKNOWN = auto()  # it failed over there: a read may be repeated, a write may have happened
    MOVED = auto()  # nothing was done: the address is another one
    MOVED_AFTER = auto()  # a redirect that also follows work that was done


#: (first status, last status) -> meaning; the first line that fits
TABLE: tuple[tuple[int, int, Meaning], ...] = (
    (301, 303, Meaning.MOVED_AFTER),  # "post, then redirect" is a common way to answer a write
    (307, 308, Meaning.MOVED),  # defined to mean: repeat the same request there
    (408, 408, Meaning.UNKNOWN),  # proxies also say it when the server behind them is still working
    (425, 425, Meaning.SLOW_DOWN),
    (429, 429, Meaning.SLOW_DOWN),
    (500, 599, Meaning.UNKNOWN),
)

#: nobody who asks for more is taken at their word
LONGEST_WAIT_SECONDS = 86_400.0


def meaning(status: int) -> Meaning:
    """Look the status up."""
    for first, last, what in TABLE:
        if first <= status <= last:
            return what
    return Meaning.ANSWERED


def retry_after(value: str | None, *, date: str | None, now: dt.datetime) -> float | None:
    """Read a Retry-After header, which holds seconds or an HTTP date; None when it is absent or unreadable.

    A date is counted from the answer's own Date header where there is one, so that a wrong clock on either side does
    no harm.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        seconds = float(text)
    else:
        then = moment(text)
        if then is None:
            return None
        seconds = (then - (moment(date) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def moment(text: str | None) -> dt.datetime | None:
    """Read an HTTP date; None when it is absent or unreadable."""
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
