"""Puts ready work on the queues. Messages carry ids only; losing one changes nothing, the ledger asks again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from celery.exceptions import OperationalError as CeleryUnreachable
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from tasks.names import POLL, QUEUE_OF, TASK_OF_STEP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from celery import Celery

    from connector.domain.journey import Step

_log = logging.getLogger(__name__)


class CeleryDispatcher:
    """Implements ports.Dispatcher over one Celery application."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def step(self, step: Step, record_ids: Iterable[UUID]) -> None:
        """Ask for a step on each record."""
        self._send(TASK_OF_STEP[step], record_ids)

    def poll(self, run_ids: Iterable[UUID]) -> None:
        """Ask for runs to be executed."""
        self._send(POLL, run_ids)

    def _send(self, name: str, ids: Iterable[UUID]) -> None:
        queue = QUEUE_OF[name]
        sent = 0
        try:
            with self._app.producer_or_acquire() as producer:
                for identifier in ids:
                    self._app.send_task(
                        name, args=(str(identifier),), queue=queue, producer=producer, ignore_result=True
                    )
                    sent += 1
        except (OperationalError, CeleryUnreachable, RedisError, OSError) as error:
            # The work is in the ledger; beat sends it again once the broker is back.
            _log.warning(
                "dispatch.broker_unreachable", extra={"task": name, "sent": sent, "error": type(error).__name__}
            )
