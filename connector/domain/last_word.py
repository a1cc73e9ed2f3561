"""Which of two messages about one document is the later word, where only the clocks of others say so.

A message counts from the moment it says, but never from one after it came: nobody has seen the future. Whoever says no
moment counts from when it came. What came later and is earlier all the same, or may be, and says something else, is a
matter for people: a late word, or a clock that is wrong.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: a clock that is further ahead is no clock that others are compared with
_FAR = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Word:
    """A message about a document."""

    #: rises in the order in which messages came
    number: int
    received_at: dt.datetime
    #: when the document was as it says, by its sender's clock
    stands_at: dt.datetime | None
    #: of what it says
    digest: bytes

    @property
    def counts_from(self) -> dt.datetime:
        """The moment that orders it among others."""
        return min(self.stands_at or self.received_at, self.received_at)

    @property
    def ahead(self) -> bool:
        """Whether its clock was ahead of ours."""
        return self.stands_at is not None and self.stands_at > self.received_at


def in_utc(moment: dt.datetime | None) -> dt.datetime | None:
    """What a clock says, in UTC; None where that is in no year there is (the last day of 9999 west of Greenwich)."""
    try:
        return None if moment is None else moment.astimezone(dt.UTC)
    except OverflowError:
        return None


def doubt(came: Word, stands: Word, *, snapshot: bool) -> str:
    """Why a person has to say which of two words counts, in half a sentence; empty where it is clear.

    ``snapshot``: both are states by one clock, which may come in any order; an older one that comes late says nothing.
    """
    first, second = sorted((came, stands), key=lambda word: word.number)
    if _follows(second, first, snapshot=snapshot):
        return ""
    overtaken = second.counts_from < first.counts_from
    if overtaken and (second.digest == first.digest or (snapshot and _late(second, first))):
        return ""
    if first.stands_at is None or second.stands_at is None:
        return "and nobody can tell which is newer: not each of them says when it was so"
    return (
        f"but message {second.number}, which came later, says that it is from before ({_said(second)}, {_said(first)})"
    )


def _follows(second: Word, first: Word, *, snapshot: bool) -> bool:
    """Whether what came second is the later word for certain."""
    if second.counts_from < first.counts_from:
        return False
    if first.stands_at is None or second.stands_at is None:
        return not snapshot or first.stands_at is second.stands_at
    if second.stands_at >= first.stands_at:
        return True
    # The first one's clock was ahead. If the second one's was as well, it may be the same clock.
    return not second.ahead and (not snapshot or first.stands_at - first.received_at > _FAR)


def _late(second: Word, first: Word) -> bool:
    """Whether both say when they were so, by a clock that nothing speaks against."""
    return None not in {first.stands_at, second.stands_at} and not first.ahead and not second.ahead


def _said(word: Word) -> str:
    return f"message {word.number}: {word.stands_at:%Y-%m-%d %H:%M:%S} UTC" if word.stands_at else "none"
