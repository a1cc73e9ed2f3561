from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import redis

from connector.config.settings import Settings
from connector.domain.identity import new_id
from connector.domain.journey import Step
from connector.embedded.redis import EmbeddedRedis
from tasks.dispatch import CeleryDispatcher
from tasks.names import QUEUES
from tests.waiting import HANG_SECONDS
from workers.celery_setup import create

if TYPE_CHECKING:
    from pathlib import Path

    from celery import Celery


def lengths(redis_url: str) -> dict[str, int]:
    with redis.Redis.from_url(redis_url) as client:
        return {queue: client.llen(f"ml-connector:{queue}") for queue in QUEUES}


def test_a_message_reaches_its_own_queue_and_no_other(app: Celery, redis_url: str) -> None:
    dispatcher = CeleryDispatcher(app)
    dispatcher.step(Step.LOAD, [new_id()])
    dispatcher.step(Step.MAP, [new_id(), new_id()])
    dispatcher.poll([new_id()])
    dispatcher.extract([new_id(), new_id(), new_id()])
    dispatcher.keep()
    assert lengths(redis_url) == {"poll": 1, "extract": 3, "map": 2, "load": 1, "control": 1}


def test_a_message_carries_an_id_and_nothing_else(app: Celery, redis_url: str) -> None:
    record_id = new_id()
    CeleryDispatcher(app).step(Step.MAP, [record_id])
    with redis.Redis.from_url(redis_url) as client:
        (message,) = client.lrange("ml-connector:map", 0, -1)
    assert str(record_id).encode() in message
    assert len(message) < 2000


def test_beat_sends_nothing_to_a_queue_that_is_long_already(app: Celery, redis_url: str) -> None:
    beat = CeleryDispatcher(app, longest_queue=3)
    for _ in range(5):
        beat.step(Step.MAP, [new_id(), new_id()])
    assert lengths(redis_url)["map"] == 4


def test_a_canary_goes_through_its_own_queue(app: Celery, redis_url: str) -> None:
    dispatcher = CeleryDispatcher(app)
    assert dispatcher.empty(QUEUES) == list(QUEUES)
    canary = new_id()
    dispatcher.canaries((queue, canary) for queue in QUEUES)
    assert lengths(redis_url) == dict.fromkeys(QUEUES, 1)
    with redis.Redis.from_url(redis_url) as client:
        (message,) = client.lrange("ml-connector:load", 0, -1)
    assert str(canary).encode() in message
    assert dispatcher.empty(QUEUES) == []


def test_flower_is_told_of_a_task_when_it_begins_and_not_when_it_is_sent(app: Celery, redis_url: str) -> None:
    dispatcher = CeleryDispatcher(app)
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard:
        heard.psubscribe("*")
        heard.get_message(timeout=HANG_SECONDS)
        dispatcher.step(Step.MAP, [new_id(), new_id()])
        dispatcher.canaries([("map", new_id())])
        client.publish("the end", "")
        told = heard.get_message(timeout=HANG_SECONDS)
    assert told is not None
    assert told["channel"] == b"the end"


def test_a_broker_that_is_away_is_no_error() -> None:
    with create(Settings(database_url="postgresql://nobody@127.0.0.1/none", broker_url="redis://127.0.0.1:1/0")) as app:
        CeleryDispatcher(app).step(Step.MAP, [new_id()])
        CeleryDispatcher(app, longest_queue=3).step(Step.MAP, [new_id()])
        CeleryDispatcher(app).canaries([("map", new_id())])
        assert CeleryDispatcher(app).empty(QUEUES) == []


def test_a_broker_that_takes_nothing_because_it_fails_over_is_no_error(server_directory: Path) -> None:
    operator = {"user operator": "on >operator ~* &* +@all"}
    with EmbeddedRedis(server_directory / "failing-over", settings=operator) as server:
        dispatcher = CeleryDispatcher(create(Settings(broker_url=server.url())), longest_queue=10)
        dispatcher.step(Step.MAP, [new_id(), new_id()])
        port = urlsplit(server.url()).port
        with redis.Redis(port=port, username="operator", password="operator") as client:
            client.replicaof("127.0.0.1", 1)
            dispatcher.step(Step.MAP, [new_id(), new_id()])
            dispatcher.canaries([("map", new_id())])
            client.replicaof("NO", "ONE")
            dispatcher.step(Step.MAP, [new_id()])
        assert lengths(server.url())["map"] == 3
