"""Every way in which a process of ours speaks to the broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from kombu import pools

from connector.config.broker import broker_of
from connector.domain.identity import new_id
from connector.domain.journey import Step
from connector.embedded import redis_programs
from connector.operations.check import Health
from connector.operations.health import broker
from tasks.dispatch import CeleryDispatcher
from workers.celery_setup import create
from workers.queue_lengths import QueueLengths

if TYPE_CHECKING:
    from collections.abc import Collection

    from connector.config.settings import Settings


def workers_and_beat(settings: Settings) -> None:
    with create(settings) as app, app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)


def whoever_sends_work(settings: Settings) -> None:
    """A broker that is away is no error to it: what came of it, the queue says."""
    pools.reset()  # kombu would use a connection of other settings to the same address again
    with create(settings) as app:
        CeleryDispatcher(app).step(Step.MAP, [new_id()])
        with app.connection_for_write() as connection:
            assert connection.default_channel.queue_purge("map") == 1


def flower(settings: Settings) -> None:
    """What its page of the broker shows."""
    with create(settings) as app:
        [found] = asyncio.run(QueueLengths(app).queues(["map", "celery.somebody"]))
        assert (found["name"], found["messages"]) == ("map", 0)


def checked(settings: Settings, queues: Collection[str] = ()) -> dict[str, Any]:
    """What doctor finds of the broker, by what it looks at."""
    return {check.what: check for check in broker.examine(broker_of(settings), queues)}


def skip_without_tls() -> None:
    """Leave out a module that needs a Redis that speaks TLS; the one in the wheel was built without."""
    if b"tls-cert-file" not in redis_programs.server().read_bytes():
        pytest.skip("the redis-server here was built without TLS; Debian's has it", allow_module_level=True)


def doctor(settings: Settings) -> None:
    checks = list(broker.examine(broker_of(settings)))
    if checks[0].health is Health.WRONG:
        raise ConnectionError(checks[0].found)


EVERYBODY = (workers_and_beat, whoever_sends_work, flower, doctor)
