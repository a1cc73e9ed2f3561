"""Puts ready work on the queues. Messages carry ids only; losing one changes nothing, the ledger asks again."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from amqp.exceptions import AMQPError
from celery.exceptions import OperationalError as CeleryUnreachable
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from connector.points import MESSAGE, point
from tasks.names import CANARY, EXTRACT, KEEP, MOST_RECORDS, POLL, QUEUE_OF, TASK_OF_STEP, TELL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from celery import Celery

    from connector.domain.journey import Step

_log = logging.getLogger(__name__)

#: what is raised where the broker is away, whichever it is
BROKER_AWAY = (KombuError, CeleryUnreachable, RedisError, AMQPError, OSError)

#: so few records go in messages of their own: any worker process may take each
FEW = 4


class CeleryDispatcher:
    """Implements ports.Dispatcher over one Celery application.

    Beat repeats what no worker took; with ``longest_queue`` it sends nothing to a queue that is that long already, so
    that Redis stays small while no worker runs.
    """

    def __init__(self, app: Celery, *, longest_queue: int | None = None, most_records: int = MOST_RECORDS) -> None:
        """``most_records``: so many go into one message at most."""
        self._app = app
        self._most_records = min(most_records, MOST_RECORDS)
        self._longest_queue = longest_queue

    def step(self, step: Step, record_ids: Sequence[UUID]) -> None:
        """Ask for a step on each record: while there are few, in a message of its own, else in one for many."""
        most = self._most_records if len(record_ids) > FEW else 1
        parts = (record_ids[start : start + most] for start in range(0, len(record_ids), most))
        self.send(TASK_OF_STEP[step], [tuple(map(str, part)) for part in parts])

    def poll(self, run_ids: Iterable[UUID]) -> None:
        """Ask for runs to be executed."""
        self.send(POLL, [(str(run_id),) for run_id in run_ids])

    def extract(self, piece_ids: Iterable[UUID]) -> None:
        """Ask for pieces of runs to be read and stored."""
        self.send(EXTRACT, [(str(piece_id),) for piece_id in piece_ids])

    def keep(self) -> None:
        """Ask for the ledger's housekeeping."""
        self.send(KEEP, [()])

    def tell(self) -> None:
        """Ask for channels to be told of alerts."""
        self.send(TELL, [()])

    def canaries(self, canaries: Iterable[tuple[str, UUID]]) -> None:
        """Send each canary through its queue."""
        sending = list(canaries)
        if not sending:
            return
        with self._producer({"task": CANARY}) as producer:
            for queue, canary in sending:
                self._publish(producer, CANARY, (str(canary),), queue=queue)

    def empty(self, queues: Iterable[str]) -> list[str]:
        """The queues on which nothing waits; none while the broker is away."""
        found: list[str] = []
        with self._producer({"task": CANARY}) as producer:
            found += (queue for queue in queues if messages_on(producer.channel, queue) == 0)
        return found

    def send(self, name: str, messages: Sequence[tuple[str, ...]]) -> None:
        """Publish one task for each message's arguments."""
        if not messages:
            return
        evidence = {"task": name, "sent": 0, "of": len(messages)}
        with self._producer(evidence) as producer:
            if self._longest_queue is not None and messages_on(producer.channel, QUEUE_OF[name]) >= self._longest_queue:
                return
            with producer.batch():  # one round trip for many
                for arguments in messages:
                    self._publish(producer, name, arguments, queue=QUEUE_OF[name])
            evidence["sent"] = len(messages)

    def _publish(self, producer: Any, name: str, arguments: tuple[str, ...], **options: object) -> None:  # noqa: ANN401 - celery has no types
        with point(MESSAGE):
            self._app.send_task(name, args=arguments, producer=producer, **options)

    @contextmanager
    def _producer(self, evidence: Mapping[str, object]) -> Iterator[Any]:
        """A way to the broker. One that is away is no error: the work is in the ledger, beat sends it again."""
        try:
            with self._app.producer_or_acquire() as producer:
                yield producer
        except BROKER_AWAY as error:
            _log.warning("dispatch.broker_unreachable", extra={**evidence, "error": type(error).__name__})


def messages_on(channel: Any, queue: str) -> int:  # noqa: ANN401 - celery has no types
    """How many messages wait on a queue. (Declared, not asked for: kombu looks for a queue without our key prefix.)."""
    return int(channel.queue_declare(queue=queue).message_count)
