"""Celery's consumer, that says that it turns: while it waits for messages, and while it waits for a broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import bootsteps
from celery.worker.consumer import Consumer as CelerysConsumer

from workers.turning import TURNING

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_SECONDS = 2.0


class Turns(bootsteps.StartStopStep):  # type: ignore[misc]  # celery has no types
    """Turns by a timer of the loop that takes messages: a loop that hangs has none."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:  # noqa: ANN401 - celery's signature
        super().__init__(parent, **options)
        self._entry: Any = None

    def start(self, parent: Any) -> None:  # noqa: ANN401 - celery's signature
        """Begin, also after a connection was lost: with it went all timers."""
        TURNING.turn()
        self._entry = parent.timer.call_repeatedly(EVERY_SECONDS, TURNING.turn)

    def stop(self, parent: Any) -> None:  # noqa: ANN401, ARG002 - celery's signature
        """End with the connection."""
        if self._entry is not None:
            self._entry.cancel()
            self._entry = None


class Consumer(CelerysConsumer):  # type: ignore[misc]  # celery has no types
    """Implements ``worker_consumer``."""

    class Blueprint(CelerysConsumer.Blueprint):  # type: ignore[misc]  # likewise
        """Celery's steps, and ours."""

        default_steps = (*CelerysConsumer.Blueprint.default_steps, "workers.consuming:Turns")

    def ensure_connected(self, conn: Any) -> Any:  # noqa: ANN401 - celery's signature
        """Try for as long as it takes; each second of it is a turn."""
        ensure = conn.ensure_connection

        def trying(*how: Any, callback: Callable[[], None], **named: Any) -> Any:  # noqa: ANN401 - kombu's signature
            def turn() -> None:
                TURNING.turn()
                callback()

            return ensure(*how, callback=turn, **named)

        conn.ensure_connection = trying
        try:
            return super().ensure_connected(conn)
        finally:
            del conn.ensure_connection
