"""What Flower is told is told once: a broker that does not listen must not hold up a worker.

Celery repeats its events for ever by default, in the loop that also has to notice that the worker is to stop.
"""

from __future__ import annotations

from typing import Any

from celery.app.events import Events
from celery.events.dispatcher import EventDispatcher


class TellsOnce(EventDispatcher):  # type: ignore[misc]  # celery has no types
    """Celery's own, without the repetition; what could not be said is kept for when the broker is back."""

    def send(self, type: str, *arguments: Any, retry: bool = False, **fields: Any) -> Any:  # noqa: A002, ANN401, ARG002 - celery's signature
        """Say it once, whatever was asked."""
        return super().send(type, *arguments, retry=False, **fields)


class QuietEvents(Events):  # type: ignore[misc]  # celery has no types
    """Implements ``app.events``."""

    dispatcher_cls = "workers.events:TellsOnce"
