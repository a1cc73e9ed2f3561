"""The messages of QXO, row by row: while one is in error, the later ones of its row are held."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: PEND waits, WAITACK is on its way, DLV and WRN have arrived; the others are errors
ERRORS: Final = ("APPERR", "SENDERR", "SOAPERR")
ARRIVED: Final = ("DLV", "WRN")
States: Final = ("PEND", "WAITACK", *ARRIVED, *ERRORS, "HOLD")
Row = tuple[str, str, str]


@dataclass(kw_only=True)
class Queued:
    """One message. ``row``: workspace, entity and key of its document."""

    event: str
    row: Row
    #: the document as it was when it was published; it is written when it is sent
    document: Any
    state: str = "PEND"
    attempts: int = 0


@dataclass(kw_only=True)
class Queue:
    """What waits, and counts of what has arrived. The first message of a row is the only one that can be sent."""

    arrived: Counter[str] = field(default_factory=Counter)
    _rows: dict[Row, deque[Queued]] = field(default_factory=dict)
    _ready: deque[Row] = field(default_factory=deque)

    def put(self, message: Queued) -> None:
        """Add a message behind those of its row."""
        row = self._rows.setdefault(message.row, deque())
        row.append(message)
        if len(row) == 1:
            self._ready.append(message.row)

    def ready(self) -> int:
        """How many rows can be sent from."""
        return len(self._ready)

    def take(self, place: int = 0, *, swapped: bool = False) -> Queued:
        """Return the message to send next, from another row than the first by ``place``; ``swapped``: its successor."""
        self._ready.rotate(-place)
        row = self._rows[self._ready.popleft()]
        if swapped and len(row) > 1:
            row[0], row[1] = row[1], row[0]
        row[0].state = "WAITACK"
        row[0].attempts += 1
        return row[0]

    def done(self, message: Queued, state: str) -> None:
        """Note how sending went. What has arrived makes room for the next of its row."""
        message.state = state
        if state not in ARRIVED:
            return
        self.arrived[state] += 1
        row = self._rows[message.row]
        row.popleft()
        if row:
            self._ready.append(message.row)
        else:
            del self._rows[message.row]

    def retry(self, message: Queued) -> None:
        """Let a message that is in error be sent again."""
        if message.state in ERRORS:
            message.state = "PEND"
            self._ready.append(message.row)

    def stuck(self, events: Iterable[str] | None = None) -> list[Queued]:
        """Return the messages in error; of these events, or all."""
        wanted = None if events is None else set(events)
        heads = (row[0] for row in self._rows.values())
        return [one for one in heads if one.state in ERRORS and (wanted is None or one.event in wanted)]

    def state(self) -> Mapping[str, Any]:
        """Return the messages that have not arrived, and how many there are in each state."""
        waiting = [one for row in self._rows.values() for one in self._shown(row)]
        counts = Counter(one["state"] for one in waiting) + self.arrived
        return {"states": dict(counts), "waiting": waiting}

    def _shown(self, row: deque[Queued]) -> list[dict[str, Any]]:
        held = row[0].state in ERRORS
        return [
            {
                "businessEventId": one.event,
                "entity": one.row[1],
                "key": one.row[2],
                "state": "HOLD" if held and place else one.state,
                "attempts": one.attempts,
            }
            for place, one in enumerate(row)
        ]
