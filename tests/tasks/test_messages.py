"""Somebody who knows Redis' password writes messages."""

from __future__ import annotations

import base64
import json
import logging
import resource
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import redis

from connector.config.settings import Settings
from connector.domain.identity import new_id
from connector.domain.journey import Step
from tasks.dispatch import CeleryDispatcher
from tasks.names import CANARY, KEEP, LOAD, MAP, POLL
from workers.celery_setup import create
from workers.transport import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from celery import Celery

    from connector.embedded.redis import EmbeddedRedis

ID, LAST = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"
#: what a forged message may carry besides, each of it obeyed by Celery
EXTRAS: dict[str, object] = {
    "eta": "2999-01-01T00:00:00+00:00",
    "expires": "2001-01-01T00:00:00+00:00",
    "timelimit": [1e9, 1e9],
    "group": ID,
    "shadow": "\x1b]52;c;bad\x07",
    "retries": -(10**9),
    "stamps": {"x": ["y"] * 1000},
}
SIGNATURE = {"task": POLL, "args": [ID], "kwargs": {}, "options": {}, "subtask_type": None, "immutable": True}


def message(task: object = MAP, arguments: object = (ID,), keywords: object = None, **more: Any) -> dict[str, Any]:
    """A message as Celery writes it, with whatever somebody puts into it."""
    embedded = more.pop("embedded", {})
    body = json.dumps([arguments, keywords or {}, embedded]).encode()
    return {
        "body": base64.b64encode(more.pop("body", body)).decode(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"lang": "py", "task": task, "id": ID, **more},
        "properties": {
            "body_encoding": "base64",
            "delivery_tag": ID,
            "delivery_info": {"exchange": "map", "routing_key": "map"},
        },
    }


def a_bomb() -> bytes:
    """A message that takes hundreds of megabytes once it is unpacked."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(200)) + packer.flush()
    return json.dumps(message(body=packed, compression="application/x-gzip")).encode()


FORGED = {
    "compressed": a_bomb,
    "long": lambda: json.dumps(message(argsrepr="x" * 100_000)).encode(),
    "deep": lambda: b"[" * 8000,
    "not JSON": lambda: b"\xff\x00",
    "no object": lambda: b"[1, 2]",
    "no headers": lambda: b'{"body": "", "properties": {}}',
    "a task of Celery": lambda: json.dumps(message("celery.chunks")).encode(),
    "a list for a task": lambda: json.dumps(message([MAP])).encode(),
    "no id": lambda: json.dumps(message(arguments=["../../etc"])).encode(),
    "too many records": lambda: json.dumps(message(arguments=[ID] * 51)).encode(),
    "one of them no id": lambda: json.dumps(message(arguments=[ID, "../../etc"])).encode(),
    "two runs": lambda: json.dumps(message(POLL, [ID, ID])).encode(),
    "a number": lambda: json.dumps(message(arguments=7)).encode(),
    "keywords": lambda: json.dumps(message(keywords={"record_id": ID})).encode(),
    "an argument too few": lambda: json.dumps(message(arguments=[])).encode(),
    "a task of another queue": lambda: json.dumps(message(LOAD)).encode(),
    "housekeeping on another queue": lambda: json.dumps(message(KEEP, [])).encode(),
    "a body that is a number": lambda: json.dumps(message(body=b"7")).encode(),
    "compressed a little": lambda: json.dumps(message(compression="application/x-gzip")).encode(),
}


class Worker:
    """What a worker's consumer would be handed."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.client = redis.Redis.from_url(app.conf.broker_url)
        self._connection = app.connection_for_read()
        self.channel = self._connection.default_channel
        self.got: list[Any] = []
        self._consumer = app.amqp.TaskConsumer(self.channel, on_message=self._take)
        self._consumer.consume()

    def _take(self, found: Any) -> None:
        found.ack()
        self.got.append(found)

    def reads(self, *raw: bytes) -> list[Any]:
        """Put this on a queue, and take what there is; what is put there last is genuine."""
        for one in (*raw, json.dumps(message(CANARY, [LAST])).encode()):
            self.client.lpush("ml-connector:map", one)
        while not self.got or LAST not in self.got[-1].headers["argsrepr"]:
            with suppress(TimeoutError):
                self._connection.drain_events(timeout=0.05)
        got, self.got = self.got[:-1], []
        return got

    def close(self) -> None:
        """Leave Redis."""
        self._consumer.cancel()
        self._connection.release()
        self.client.close()


@pytest.fixture(scope="module")
def listening(redis_server: EmbeddedRedis) -> Iterator[Worker]:
    with create(Settings(broker_url=redis_server.url())) as app:
        found = Worker(app)
        yield found
        found.close()


@pytest.fixture
def worker(listening: Worker, redis_url: str) -> Worker:
    """With empty queues."""
    assert redis_url == listening.app.conf.broker_url
    with listening.app.connection_for_write() as another:
        for queue in listening.app.conf.task_queues:
            queue(another.default_channel).declare()
    return listening


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_message_reaches_no_task_and_ends_no_worker(
    worker: Worker, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    forged: Callable[[], bytes] = FORGED[kind]
    raw = forged()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with caplog.at_level(logging.WARNING):
        assert worker.reads(raw) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    (refused,) = [record for record in caplog.records if record.message == REFUSED]
    assert vars(refused)["queue"] == "map"
    assert ID not in vars(refused)["why"]
    assert worker.client.hlen("ml-connector:unacked") == 0


def test_nothing_of_a_message_is_used_but_its_task_and_its_id(worker: Worker) -> None:
    embedded = {"callbacks": [SIGNATURE], "errbacks": [SIGNATURE], "chain": [SIGNATURE], "chord": SIGNATURE}
    (found,) = worker.reads(json.dumps(message(embedded=embedded, **EXTRAS)).encode())
    arguments, keywords, embedded = found.decode()
    assert (arguments, keywords) == ([ID], {})
    assert not any(embedded.values())
    asked = found.headers
    assert (asked["task"], asked["id"]) == (MAP, ID)
    assert asked["eta"] is asked["expires"] is asked["group"] is asked["shadow"] is None
    assert asked["timelimit"] == [None, None]
    assert asked["retries"] == 0
    assert asked["stamps"] == {}
    assert found.delivery_tag != ID


def test_what_we_send_arrives(worker: Worker) -> None:
    dispatcher, identifier = CeleryDispatcher(worker.app), new_id()
    dispatcher.step(Step.MAP, [identifier])
    dispatcher.canaries([("map", identifier)])
    found = worker.reads()
    assert [one.headers["task"] for one in found] == [MAP, CANARY]
    assert all(one.decode()[0] == [str(identifier)] for one in found)


def test_what_somebody_puts_among_unfinished_messages_is_thrown_away(worker: Worker) -> None:
    key, index = "ml-connector:unacked", "ml-connector:unacked_index"
    worker.client.hset(key, mapping={"one": b"{", "two": json.dumps([message("celery.chunks"), "map", "map"])})
    worker.client.zadd(index, {"one": 1, "two": 1, "three": 1})
    worker.channel.qos.restore_visible(num=10, interval=1)
    assert worker.client.hlen(key) == worker.client.zcard(index) == 0
    assert worker.reads() == []


def test_a_message_that_was_taken_too_long_ago_comes_back_without_scripts(worker: Worker) -> None:
    worker.client.hset("ml-connector:unacked", "tag", json.dumps([message(), "map", "map"]))
    worker.client.zadd("ml-connector:unacked_index", {"tag": 1})
    scripts = worker.client.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0)
    worker.channel.qos.restore_visible(num=10, interval=1)
    assert [one.headers["task"] for one in worker.reads()] == [MAP]
    assert worker.client.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0) == scripts


PUT_THERE = {
    "map": lambda client, key: client.set(key, "x"),
    "map\x06\x163": lambda client, key: client.hset(key, "a", "b"),
    "unacked": lambda client, key: client.set(key, "x"),
    "unacked_index": lambda client, key: client.lpush(key, "x"),
    "_kombu.binding.map": lambda client, key: client.set(key, "x"),
}


@pytest.mark.parametrize("key", PUT_THERE)
def test_what_is_put_where_a_queue_was_ends_no_worker_and_is_removed_when_it_connects_again(
    worker: Worker, key: str
) -> None:
    worker.client.delete(f"ml-connector:{key}")
    PUT_THERE[key](worker.client, f"ml-connector:{key}")
    assert worker.app.conf.broker_channel_error_retry, "a worker connects again where Redis refuses something"
    again = Worker(worker.app)
    assert [one.headers["task"] for one in again.reads(json.dumps(message()).encode())] == [MAP]
    again.close()


def test_what_flower_hears_is_neither_long_nor_compressed(app: Celery, redis_url: str) -> None:
    heard: list[Any] = []
    body = base64.b64encode(json.dumps({"type": "worker-online", "hostname": "x", "timestamp": 1}).encode()).decode()
    said = message() | {"body": body}
    packed = message(body=zlib.compress(b"0" * 1000), compression="application/x-gzip")
    with app.connection_for_read() as connection, redis.Redis.from_url(redis_url) as client:
        receiver = app.events.Receiver(connection, handlers={"*": heard.append})
        with receiver.consumer_context() as (listens, *_):
            while not client.pubsub_numpat():
                with suppress(TimeoutError):
                    listens.drain_events(timeout=0.05)
            for raw in (json.dumps(packed), "[" * 50_000, json.dumps(said | {"x": "y" * 300_000}), json.dumps(said)):
                client.publish("ml-connector:/0.celeryev/worker.online", raw)
            while not heard:
                with suppress(TimeoutError):
                    listens.drain_events(timeout=0.05)
    assert [event["type"] for event in heard] == ["worker-online"]


def test_nobody_is_obeyed_who_only_speaks_through_redis(app: Celery) -> None:
    assert app.control.ping(timeout=0.1) == []
    assert not app.conf.worker_enable_remote_control
    assert not app.conf.beat_enable_remote_control
