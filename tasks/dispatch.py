"""Puts ready work on the queues. Messages carry ids only; losing one changes nothing, the ledger asks again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from celery.exceptions import OperationalError as CeleryUnreachable
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from connector.points import MESSAGE, point
from tasks.names import KEEP, POLL, QUEUE_OF, TASK_OF_STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from celery import Celery

    from connector.domain.journey import Step

_log = logging.getLogger(__name__)


class CeleryDispatcher:
    """Implements ports.Dispatcher over one Celery application.

    Beat repeats what no worker took; with ``longest_queue`` it sends nothing to a queue that is that long already, so
    that Redis stays small while no worker runs.
    """

    def __init__(self, app: Celery, *, longest_queue: int | None = None) -> None:
        self._app = app
        self._longest_queue = longest_queue

    def step(self, step: Step, record_ids: Iterable[UUID]) -> None:
        """Ask for a step on each record."""
        self.send(TASK_OF_STEP[step], [(str(record_id),) for record_id in record_ids])

    def poll(self, run_ids: Iterable[UUID]) -> None:
        """Ask for runs to be executed."""
        self.send(POLL, [(str(run_id),) for run_id in run_ids])

    def keep(self) -> None:
        """Ask for the ledger's housekeeping."""
        self.send(KEEP, [()])

    def send(self, name: str, messages: Sequence[tuple[str, ...]]) -> None:
        """Publish one task for each message's arguments; a broker that is away is no error."""
        if not messages:
            return
        sent = 0
        try:
            with self._app.producer_or_acquire() as producer:
                if self._longest_queue is not None and _waiting(producer, QUEUE_OF[name]) >= self._longest_queue:
                    return
                for arguments in messages:
                    with point(MESSAGE):
                        self._app.send_task(name, args=arguments, queue=QUEUE_OF[name], producer=producer)
                    sent += 1
        except (OperationalError, CeleryUnreachable, RedisError, OSError) as error:
            # The work is in the ledger; beat sends it again once the broker is back.
            evidence = {"task": name, "sent": sent, "of": len(messages), "error": type(error).__name__}
            _log.warning("dispatch.broker_unreachable", extra=evidence)


def _waiting(producer: Any, queue: str) -> int:  # noqa: ANN401 - celery has no types
    """How many messages wait on a queue. (Declared, not asked for: kombu looks for a queue without our key prefix.)."""
    return int(producer.channel.queue_declare(queue=queue).message_count)
