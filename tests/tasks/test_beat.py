from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import redis

from connector.bootstrap import application
from connector.config import PREFIX, load_settings
from connector.operations import watching
from connector.vault import new_key
from tasks.names import CANARY, QUEUES
from tests.store.scene import Scene
from workers.celery_setup import create
from workers.schedule import LedgerScheduler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application


@pytest.fixture
def built(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    for name, value in {"DATABASE_URL": database_url, "BROKER_URL": redis_url, "MASTER_KEYS": new_key()}.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    made = application(load_settings())
    yield made
    made.store.close()


@pytest.fixture
def beat(built: Application) -> Iterator[LedgerScheduler]:
    with create(built.settings) as app:
        scheduler = LedgerScheduler(app=app)
        yield scheduler
        scheduler.close()
        if scheduler._built is not None:
            scheduler._built.store.close()


def canaries(redis_url: str) -> dict[str, int]:
    with redis.Redis.from_url(redis_url) as client:
        waiting = {queue: client.lrange(f"ml-connector:{queue}", 0, -1) for queue in QUEUES}
    return {queue: sum(CANARY.encode() in message for message in found) for queue, found in waiting.items()}


def test_without_workers_one_canary_waits_on_each_queue_and_after_a_flush_again(
    beat: LedgerScheduler, built: Application, redis_url: str
) -> None:
    scene = Scene.set_up(built.store, built.vault)

    def a_minute_later() -> None:
        scene.change("UPDATE canaries SET sent_at = sent_at - interval '1 minute'")
        beat._next_rescue = 0.0
        beat.tick()

    beat.tick()
    assert canaries(redis_url) == dict.fromkeys(QUEUES, 1)
    for _ in range(3):
        a_minute_later()
    assert canaries(redis_url) == dict.fromkeys(QUEUES, 1)

    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    a_minute_later()
    assert canaries(redis_url) == dict.fromkeys(QUEUES, 1)


def test_beat_looks_for_work_that_does_not_end(
    beat: LedgerScheduler, built: Application, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene.set_up(built.store, built.vault)
    scene.change("UPDATE flows SET enabled = false")
    scene.queue_run(created_at=datetime(2020, 1, 1, tzinfo=UTC))

    beat.tick()

    assert [record.getMessage() for record in caplog.records if record.name == watching.__name__] == ["work.unfinished"]
