"""How many messages wait on our queues, asked through Celery, whatever the broker is.

Flower itself would ask RabbitMQ's management, which need not run, and the first of several Sentinels only.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tasks.dispatch import messages_on
from tasks.names import QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from celery import Celery


def waiting(app: Celery, names: Iterable[str]) -> dict[str, int]:
    """How many messages wait on each of these queues; raises what the broker's client raises."""
    with app.connection_for_read() as connection:
        return {name: messages_on(connection.default_channel, name) for name in names}


class QueueLengths:
    """Stands in the place of ``flower.utils.broker.Broker``."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    async def queues(self, names: Iterable[str]) -> list[dict[str, object]]:
        """Each of these queues that is one of ours; workers say their names, and so may somebody else."""
        ours = [name for name in names if name in QUEUES]
        found = await asyncio.to_thread(waiting, self._app, ours)
        return [{"name": name, "messages": messages} for name, messages in found.items()]
