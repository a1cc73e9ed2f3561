"""How often and how long a target is asked about a write without an answer before anything is sent again.

A target may show late what it took. So one that does not show it is asked again, with a wait before each question; only
when the last question, too, is answered by "not there" is the document sent once more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

Waits = tuple[dt.timedelta, ...]

#: after a lost answer the target may still be working on the request
SETTLE_SECONDS = 5
_LONGEST_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class NextQuestion:
    """When to ask again, and how many questions then count."""

    due_in: dt.timedelta
    asked: int


def next_question(waits: Waits, *, asked: int, last: dt.datetime, now: dt.datetime) -> NextQuestion | None:
    """After a question that found nothing; None when it was the last one, and the document is to be sent again.

    ``asked`` questions counted before it, ``last`` is when the newest of them was asked, or when the write left. A
    question before its time does not count: somebody has only sent the record on its way earlier.
    """
    wait = waits[min(asked, len(waits) - 1)]
    if now < last + wait:
        return NextQuestion(due_in=last + wait - now, asked=asked)
    if asked + 1 >= len(waits):
        return None
    return NextQuestion(due_in=waits[asked + 1], asked=asked + 1)


def seconds(value: object) -> tuple[int, ...]:
    """A setting: a wait in seconds before each question. Raises ValueError with the end of a sentence."""
    given = list(value) if isinstance(value, list | tuple) else [value]
    whole = [
        int(one) for one in given if isinstance(one, int | float) and not isinstance(one, bool) and one == one // 1
    ]
    if not given or len(whole) != len(given) or not all(1 <= one <= _LONGEST_SECONDS for one in whole):
        raise ValueError("should be a list of whole seconds, the wait before each question, such as [5, 15, 45, 120]")
    return tuple(whole)


def waits(given: tuple[int, ...]) -> Waits:
    """The setting as spans of time."""
    return tuple(dt.timedelta(seconds=one) for one in given)
