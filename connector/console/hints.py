"""An event is only a hint: it brings forward one poll, however many events say so and whoever sends them."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: event types, as SAP spells them before ``.readyForIntegration``, and the entity whose flow polls for them
ENTITIES = {"expense": "expenses", "invoice": "invoices", "cashadvance": "cash_advances"}
_SUFFIX = ".readyforintegration"
#: events of one company and kind within this time are one hint
COALESCE_SECONDS = 5.0
_MOST_REMEMBERED = 1000
_MOST_EVENTS = 10_000


@dataclass(frozen=True)
class Hint:
    """Something became ready in this company."""

    company: str
    entity: str


def read(event: object) -> Hint | None:
    """What an event hints at; None when it is not ours to act on."""
    if not isinstance(event, dict):
        return None
    facts, kind = event.get("facts"), event.get("eventType")
    if not isinstance(facts, dict) or not isinstance(kind, str) or not kind.lower().endswith(_SUFFIX):
        return None
    entity, company = ENTITIES.get(kind.lower().removesuffix(_SUFFIX)), facts.get("companyId")
    return Hint(company, entity) if entity and isinstance(company, str) and company else None


class Forwarding:
    """Brings polls forward, each company and kind at most once in a while."""

    def __init__(self, bring_forward: Callable[[Hint], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._bring_forward = bring_forward
        self._clock = clock
        self._last: dict[Hint, float] = {}
        self._lock = threading.Lock()

    def take(self, hint: Hint) -> bool:
        """Act on a hint; False when the same one was acted on a moment ago."""
        now = self._clock()
        with self._lock:
            if now - self._last.get(hint, -COALESCE_SECONDS) < COALESCE_SECONDS:
                return False
            if len(self._last) >= _MOST_REMEMBERED:
                self._last.clear()
            self._last[hint] = now
        self._bring_forward(hint)
        return True


class Seen:
    """Remembers the newest events, so that one that is sent over and over again is acted on once."""

    def __init__(self, most: int = _MOST_EVENTS) -> None:
        self._most = most
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def is_new(self, event: bytes) -> bool:
        """Whether these very bytes have not come lately. Only for one thread, and only for genuine events."""
        print_of_it = hashlib.sha256(event).digest()
        if print_of_it in self._known:
            return False
        self._known[print_of_it] = None
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return True
