from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import redis
import sqlalchemy as sa

from connector.bootstrap import application
from connector.config import PREFIX, load_settings
from connector.domain.identity import new_id
from connector.operations.health import watching
from connector.operations.operator import Operator
from connector.operations.work import runs
from connector.store.postgres.waking import Sleeper
from connector.vault import new_key
from tasks.names import CANARY, QUEUES, TELL
from tests.store.scene import Scene
from tests.waiting import HANG_SECONDS, until
from workers import schedule
from workers.celery_setup import create
from workers.chores import AGAIN_SECONDS
from workers.lifecycle import housekeeping
from workers.schedule import Beat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.bootstrap import Application


_FLOW = "acme/invoices"


@pytest.fixture
def built(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    for name, value in {"DATABASE_URL": database_url, "BROKER_URL": redis_url, "MASTER_KEYS": new_key()}.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    made = application(load_settings())
    yield made
    made.store.close()


class Clock:
    """Stands still unless it is turned forward."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def beat(built: Application, clock: Clock) -> Iterator[Beat]:
    with create(built.settings) as app:
        made = Beat(app, clock=clock)
        yield made
        made.end()


def test_beat_works_without_a_master_key(built: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(f"{PREFIX}MASTER_KEYS")
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path))
    with create(built.settings) as app:
        beat = Beat(app)
        try:
            assert beat.send()
            assert beat.caring.do_due() == []
        finally:
            beat.end()


def canaries(redis_url: str) -> dict[str, int]:
    with redis.Redis.from_url(redis_url) as client:
        waiting = {queue: client.lrange(f"ml-connector:{queue}", 0, -1) for queue in QUEUES}
    return {queue: sum(CANARY.encode() in message for message in found) for queue, found in waiting.items()}


def test_without_workers_one_canary_waits_on_each_queue_and_after_a_flush_again(
    beat: Beat, built: Application, clock: Clock, redis_url: str
) -> None:
    scene = Scene.set_up(built.store, built.vault)

    def a_minute_later() -> None:
        scene.change("UPDATE canaries SET sent_at = sent_at - interval '1 minute'")
        clock.seconds += 60
        beat.send()

    beat.send()
    assert canaries(redis_url) == dict.fromkeys(QUEUES, 1)
    for _ in range(3):
        a_minute_later()
    assert canaries(redis_url) == dict.fromkeys(QUEUES, 1)

    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    a_minute_later()
    assert canaries(redis_url) == dict.fromkeys(QUEUES, 1)


def test_beat_looks_for_work_that_does_not_end(
    beat: Beat, built: Application, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene.set_up(built.store, built.vault)
    scene.change("UPDATE flows SET enabled = false")
    scene.queue_run(created_at=datetime(2020, 1, 1, tzinfo=UTC))

    beat.caring.do_due()

    assert [record.getMessage() for record in caplog.records if record.name == watching.__name__] == ["work.unfinished"]


def test_what_channels_are_to_be_told_is_asked_for_until_it_is_told(
    beat: Beat, built: Application, clock: Clock, redis_url: str
) -> None:
    def asked() -> int:
        clock.seconds += 60
        assert beat.send()
        with redis.Redis.from_url(redis_url) as client:
            waiting = client.lrange("ml-connector:control", 0, -1)
            client.delete("ml-connector:control")
        return sum(TELL.encode() in message for message in waiting)

    scene = Scene.set_up(built.store, built.vault)
    scene.change(
        "INSERT INTO alert_channels (id, name, kind, sealed, hearing, digest_at) "
        "VALUES (gen_random_uuid(), 'ops', 'slack', 'x', '{\"digest\": \"08:00\"}', now())"
    )
    assert asked() == 0
    assert beat.caring.do_due() == []
    assert [asked(), asked()] == [1, 1]
    scene.change("UPDATE alert_messages SET sent_at = now()")
    assert asked() == 0


def polls(redis_url: str) -> int:
    with redis.Redis.from_url(redis_url) as client:
        return int(client.llen("ml-connector:poll"))


def test_work_is_sent_while_a_look_into_the_ledger_takes_its_time(
    beat: Beat, built: Application, redis_url: str
) -> None:
    scene = Scene.set_up(built.store, built.vault)
    scene.change("UPDATE flows SET enabled = false")
    with built.store.begin() as another:
        another.execute(sa.text("LOCK TABLE alerts IN ACCESS EXCLUSIVE MODE"))
        beat.caretaker.start()
        until(lambda: scene.ask("SELECT FROM pg_locks WHERE NOT granted"), "beat waits for the alerts")
        scene.queue_run()
        assert beat.send()
        assert polls(redis_url) == 2, "a canary, and the run"


def test_one_watcher_that_fails_keeps_nobody_from_the_others(
    beat: Beat, built: Application, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene.set_up(built.store, built.vault)
    scene.held(scene.read_one("INV-1"))
    scene.change("UPDATE workers SET heartbeat_at = now() - interval '1 hour' WHERE id = :id", id=scene.worker)
    scene.alter("ALTER TABLE releases RENAME TO gone")
    scene.alter("ALTER TABLE alerts RENAME TO gone_too")
    assert beat.caring.do_due() == ["release", "watch queues", "watch work", "watch disk"]
    assert scene.ask("SELECT FROM records WHERE lease_owner IS NULL AND crashes = 1"), "it was rescued"
    said = [record.__dict__ for record in caplog.records if record.getMessage() == "beat.chore_failed"]
    assert [line["chore"] for line in said] == ["release", "watch queues", "watch work", "watch disk"]


def test_where_records_cannot_be_sent_runs_are_and_the_canaries_are_silent(
    beat: Beat, built: Application, redis_url: str
) -> None:
    scene = Scene.set_up(built.store, built.vault)
    scene.change("UPDATE flows SET enabled = false")
    scene.alter("ALTER TABLE all_records RENAME COLUMN queued_until TO gone")
    scene.queue_run()
    assert beat.send(), "something worked"
    assert polls(redis_url) == 1
    assert canaries(redis_url) == dict.fromkeys(QUEUES, 0), "so that beat does not look healthy"


def test_a_ledger_that_is_away_is_asked_less_often(beat: Beat, built: Application) -> None:
    scene = Scene.set_up(built.store, built.vault)
    for table in ("flows", "runs", "pieces", "records"):
        scene.alter(f"ALTER TABLE {table} RENAME TO {table}_gone")
    assert not beat.send()


def test_a_watcher_that_failed_does_not_wait_for_hours(built: Application, clock: Clock) -> None:
    scene = Scene.set_up(built.store, built.vault)
    chores = housekeeping(built, clock=clock)
    scene.alter("ALTER TABLE connections RENAME TO gone")
    assert "watch connections" in chores.do_due()
    clock.seconds += AGAIN_SECONDS
    assert "watch connections" in chores.do_due()
    scene.alter("ALTER TABLE gone RENAME TO connections")
    clock.seconds += AGAIN_SECONDS
    assert chores.do_due() == []


def test_a_run_that_somebody_asks_for_need_not_wait_for_the_next_second(
    beat: Beat, built: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.0)
    Scene.set_up(built.store, built.vault)
    assert not beat.rest(), "it listens from now on"
    monkeypatch.setattr(schedule, "TICK_SECONDS", HANG_SECONDS)
    operator = Operator(application=built, actor="operator:a")
    for _ in range(2):
        runs.start(operator, _FLOW, limit=1)
        runs.reread(operator, _FLOW, [str(new_id())])
    assert beat.rest()
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.0)
    assert not beat.rest(), "several who wake it wake it once"


def test_beat_that_cannot_listen_goes_by_the_clock(database_url: str) -> None:
    sleeper = Sleeper(database_url.replace("host=", "host=/nowhere"))
    assert not sleeper.sleep(0.0)
    assert not sleeper.sleep(0.0)
    sleeper.close()
