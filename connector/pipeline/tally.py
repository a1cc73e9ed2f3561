"""How records ended a step, in codes and counts: a step may go on with thousands, and keeps nothing of each.

A record that rested shortly and came back while the step went on has ended it as often.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from connector.domain.record import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.domain.journey import Change

#: it stands where it stood; the ledger sends the next message
_HELD = frozenset({"record.retry", "record.waits", "record.parked", "record.paused"})


@dataclass
class Tally:
    """Of all records of one step."""

    #: how many ended in which way: the event, with a code where there is one
    ended: Counter[str] = field(default_factory=Counter)
    moved: bool = False
    dead: bool = False
    #: seconds until the first of those that are held is due
    soonest: float | None = None

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Self:
        """Return how these ended."""
        tally = cls()
        tally.add(changes)
        return tally

    def add(self, changes: Iterable[Change]) -> None:
        """Count these, too."""
        for change in changes:
            self.ended[_words(change)] += 1
            self.dead |= change.state is State.DEAD
            if change.event in _HELD:
                due = change.due_in.total_seconds() if change.due_in else 0.0
                self.soonest = due if self.soonest is None else min(due, self.soonest)
            else:
                self.moved = True


def _words(change: Change) -> str:
    code = change.letter.code if change.letter else change.hold if change.event != "record.retry" else None
    return f"{change.event}: {code}" if code else change.event
