"""Redis goes away between a task and what it is told of its message."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from kombu import Consumer

from connector.config.settings import Settings
from connector.domain.identity import new_id
from connector.domain.journey import Step
from connector.embedded.redis import EmbeddedRedis
from tasks.dispatch import CeleryDispatcher
from tests.waiting import HANG_SECONDS
from workers.celery_setup import create

if TYPE_CHECKING:
    from pathlib import Path

    from celery import Celery


@pytest.mark.parametrize(("how", "said"), [("ack_log_error", "Couldn't ack"), ("reject_log_error", "Couldn't reject")])
def test_a_message_that_cannot_be_acknowledged_keeps_no_place_of_those_that_follow(
    server_directory: Path, caplog: pytest.LogCaptureFixture, how: str, said: str
) -> None:
    with EmbeddedRedis(server_directory / f"redis-{how}") as server:
        app = create(Settings(broker_url=server.url()))
        CeleryDispatcher(app).step(Step.MAP, [new_id()])
        with app.connection_for_read() as connection, connection.channel() as channel:
            channel.qos.prefetch_count = 1
            queue = app.amqp.queues["map"].bind(channel)
            message = queue.get()
            assert message is not None
            assert not channel.qos.can_consume(), "as many as it may have"
            server.stop()
            getattr(message, how)(logging.getLogger("celery.worker.request"), connection.connection_errors)
            assert said in caplog.text
            assert channel.qos.can_consume()


def taken(connection: Any, queue: Any) -> Any:
    """The next message, as a worker takes it."""
    found: list[Any] = []
    with Consumer(connection.default_channel, [queue], on_message=found.append):
        connection.drain_events(timeout=HANG_SECONDS)
    return found[0]


def test_what_lay_with_a_dead_worker_is_on_its_queue_again_as_soon_as_another_one_starts(app: Celery) -> None:
    record = new_id()
    CeleryDispatcher(app).step(Step.MAP, [record])
    queue = app.amqp.queues["map"]
    with app.connection_for_read() as dead, app.connection_for_read() as living:
        first = taken(dead, queue)
        assert CeleryDispatcher(app).empty(["map"]) == ["map"]
        living.default_channel.qos.give_back()
        again = taken(living, queue)
        assert str(record) in again.headers["argsrepr"]
        first.ack()  # it was not dead after all
        again.ack()
        living.default_channel.qos.give_back()
        assert CeleryDispatcher(app).empty(["map"]) == ["map"]
