"""What Flower is told, seldom and once: a broker that does not listen must not hold up a worker.

Celery tells of each task when it is sent, when it is received, when it begins and when it ends, each by itself. Here it
is told twice, with its name and arguments when it begins, and bundled: what happened within half a second goes at once.
Celery repeats its events for ever by default, in the loop that also has to notice that the worker is to stop.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from celery.app.events import Events
from celery.events.dispatcher import EventDispatcher
from kombu.asynchronous import get_event_loop

BUNDLED_SECONDS = 0.5
#: events in a bundle: Flower takes no longer ones (`tasks.events`)
_MOST = 100
_RECEIVED, _STARTED = "task-received", "task-started"
_OF_TASKS = "task-"
#: what has been received and has not begun; more than any worker holds
_MOST_RECEIVED = 1000


class TellsOnce(EventDispatcher):  # type: ignore[misc]  # celery has no types
    """Celery's own, without the repetition; what could not be said is kept for when the broker is back."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - celery's signature
        super().__init__(*arguments, **options)
        self.buffer_limit = _MOST
        self._received: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._waits = False
        if options.get("on_send_buffered") is not None:
            self.on_send_buffered = self._later

    def send(self, type: str, *arguments: Any, retry: bool = False, **fields: Any) -> Any:  # noqa: A002, ANN401, ARG002 - celery's signature
        """Say it once, whatever was asked; that a task was received is said when it begins."""
        if type == _RECEIVED:
            self._received[fields["uuid"]] = {**fields, "received": time.time()}
            if len(self._received) > _MOST_RECEIVED:
                self._received.popitem(last=False)
            return None
        if type.startswith(_OF_TASKS):
            fields = self._received.pop(str(fields.get("uuid")), {}) | fields
            fields.pop("traceback", None)  # it is in the log; no operator is to read one
        else:
            self.flush()  # a worker that says how it is, or that it goes, keeps nothing to itself
        return super().send(type, *arguments, retry=False, **fields)

    def extend_buffer(self, other: EventDispatcher) -> None:
        """Take over from the one of a connection that was lost."""
        super().extend_buffer(other)
        self._received.update(getattr(other, "_received", {}))

    def _later(self) -> None:
        loop = get_event_loop()
        if loop is not None and not self._waits:
            self._waits = True
            loop.call_later(BUNDLED_SECONDS, self._now)  # type: ignore[no-untyped-call]  # kombu has hardly any types

    def _now(self) -> None:
        self._waits = False
        self.flush()


class QuietEvents(Events):  # type: ignore[misc]  # celery has no types
    """Implements ``app.events``."""

    dispatcher_cls = "workers.events:TellsOnce"
