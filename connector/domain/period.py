"""Closed posting periods: what happens to a document whose day lies before the first day still open."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from connector.domain.outcome import Reject, Wait


class Closed(StrEnum):
    """The customer's rule."""

    NEXT_OPEN = "next_open"  # post on the first open day
    WAIT = "wait"  # until the period is opened
    REFUSE = "refuse"  # and tell the source


def posting_day(
    wanted: dt.date, *, first_open: dt.date | None, rule: Closed, of: str, target: str
) -> dt.date | Wait | Reject:
    """The day to post on, or what to do instead. ``first_open`` None means that the target decides."""
    if first_open is None or wanted >= first_open:
        return wanted
    closed = f"{of} is of {wanted.isoformat()}, but {target} is closed before {first_open.isoformat()}."
    match rule:
        case Closed.NEXT_OPEN:
            return first_open
        case Closed.WAIT:
            return Wait(gate=f"{wanted.isoformat()} open in {target}", why=closed, due=dt.timedelta(hours=1))
        case Closed.REFUSE:
            return Reject(reason=f"{closed} Submit it again with a later date.")
