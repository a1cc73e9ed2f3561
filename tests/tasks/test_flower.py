"""What Flower needs to show a task: its name, its arguments, how it is and how it ended."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import redis
from celery.events.state import State
from kombu.asynchronous import Hub, get_event_loop, set_event_loop

from connector.domain.identity import new_id
from tasks import events
from tasks.names import MAP
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from celery import Celery

_RECORD = str(new_id())
_ARGUMENTS = f"('{_RECORD}',)"


@contextmanager
def telling(app: Celery) -> Iterator[Any]:
    """The events of a worker, whose loop stands still."""
    before = get_event_loop()
    set_event_loop(Hub())
    try:
        with app.connection_for_write() as connection:
            yield app.events.Dispatcher(
                connection, hostname="map@here", buffer_group=["task"], on_send_buffered=lambda: None
            )
    finally:
        set_event_loop(before)


def journey(tells: Any, task: str) -> None:
    """What a worker says of a task."""
    tells.send("task-received", uuid=task, name=MAP, args=_ARGUMENTS, kwargs="{}", retries=0)
    tells.send("task-started", uuid=task)
    tells.send("task-succeeded", uuid=task, result="'record.mapped'", runtime=0.1)


def bundle(heard: Any) -> Any:
    """What Flower is told next, as our transport hands it on."""
    while (message := heard.get_message(timeout=HANG_SECONDS))["type"] != "pmessage":
        pass
    return json.loads(base64.b64decode(events.anew(message["data"])["body"]))


def test_many_tasks_are_told_in_one_bundle_with_their_names_and_outcomes(app: Celery, redis_url: str) -> None:
    tasks = [str(new_id()) for _ in range(20)]
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard, telling(app) as tells:
        heard.psubscribe("*celeryev*")
        for task in tasks:
            journey(tells, task)
        tells.flush()
        told = bundle(heard)
    assert [event["type"] for event in told] == ["task-started", "task-succeeded"] * 20
    flower = State()
    for event in told:
        flower.event(dict(event, local_received=event["timestamp"]))
    shown = [flower.tasks[task] for task in tasks]
    assert {(task.name, task.args, task.state, task.result) for task in shown} == {
        (MAP, _ARGUMENTS, "SUCCESS", "'record.mapped'")
    }
    assert all(task.received and task.started for task in shown), "the table is in the order in which they came"


def test_a_worker_that_says_how_it_is_keeps_nothing_to_itself(app: Celery, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard, telling(app) as tells:
        heard.psubscribe("*celeryev*")
        journey(tells, str(new_id()))
        tells.send("worker-offline")
        assert len(bundle(heard)) == 2
        assert bundle(heard)["type"] == "worker-offline"


def test_what_waits_is_told_once_after_half_a_second(app: Celery, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard, telling(app) as tells:
        heard.psubscribe("*celeryev*")
        journey(tells, str(new_id()))
        journey(tells, str(new_id()))
        timers = get_event_loop().timer.queue
        assert len(timers) == 1, "however many there are, one timer"
        timers[0].entry()
        assert len(bundle(heard)) == 4


def test_a_new_connection_knows_what_was_received_over_the_old_one(app: Celery, redis_url: str) -> None:
    task = str(new_id())
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard, telling(app) as old:
        heard.psubscribe("*celeryev*")
        old.send("task-received", uuid=task, name=MAP, args=_ARGUMENTS)
        with telling(app) as new:
            new.extend_buffer(old)
            new.send("task-started", uuid=task)
            new.flush()
            (told,) = bundle(heard)
    assert (told["name"], told["args"]) == (MAP, _ARGUMENTS)


def test_no_traceback_is_shown(app: Celery, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as heard, telling(app) as tells:
        heard.psubscribe("*celeryev*")
        tells.send("task-failed", uuid=str(new_id()), exception="Dead('record.dead: refused')", traceback="Traceback (")
        tells.flush()
        (told,) = bundle(heard)
    assert told["exception"] == "Dead('record.dead: refused')"
    assert "traceback" not in told
