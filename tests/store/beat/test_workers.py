from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.identity import new_id
from connector.domain.journey import MOST_CRASHES, STILL_IN_DOUBT, Step
from connector.store.beat import workers
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene

HALF_AN_HOUR = dt.timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _minutes_for_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes while a test runs means nothing."""
    monkeypatch.setattr(workers, "FORGOTTEN_AFTER", 60 * workers.FORGOTTEN_AFTER)


def rescue(scene: Scene) -> int:
    return scene.ledger.recovery.rescue(HALF_AN_HOUR)


def stop_heart(scene: Scene) -> None:
    scene.change("UPDATE workers SET heartbeat_at = now() - interval '31 minutes'")


def beat(scene: Scene, busy_with: UUID | None = None) -> None:
    scene.ledger.heartbeat(scene.worker, host="here", pid=1, kind="worker", busy_with=[busy_with] if busy_with else ())


def test_the_work_of_a_dead_worker_comes_back_and_its_late_answer_counts_for_nothing(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    claim = scene.held(record_id, Step.LOAD)
    assert rescue(scene) == 0
    stop_heart(scene)
    assert rescue(scene) == 1
    record = scene.record(record_id)
    assert (record.lease_owner, record.crashes, record.state, record.hold) == (None, 1, "mapped", "retry")
    assert scene.send(claim) is None
    again = scene.held(record_id, Step.LOAD)
    assert again.crashes == 1
    assert scene.ledger.verify() == []


def test_a_worker_that_was_seen_dead_need_not_fall_silent_first(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.held(record_id)
    beat(scene, busy_with=record_id)
    assert rescue(scene) == 0
    assert scene.ledger.recovery.bury([scene.worker, new_id()]) == 1
    assert rescue(scene) == 1
    record = scene.record(record_id)
    assert (record.lease_owner, record.crashes, record.hold) == (None, 1, "retry")


def test_what_was_on_its_way_to_a_dead_worker_is_asked_for_again_soon(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LOST_AFTER", dt.timedelta())
    record_id = scene.read_one("INV-1")
    scene.change("UPDATE records SET queued_until = now() + interval '30 minutes'")
    assert scene.ledger.recovery.due_records(10) == []
    scene.ledger.recovery.bury([new_id()])
    assert scene.ledger.recovery.due_records(10) == [], "nobody of ours has died"
    beat(scene)
    scene.ledger.recovery.bury([scene.worker])
    assert [due.record_id for due in scene.ledger.recovery.due_records(10)] == [record_id]


def test_a_claim_of_a_worker_nobody_knows_comes_back(scene: Scene) -> None:
    scene.held(scene.read_one("INV-1"))
    scene.change("DELETE FROM workers")
    assert rescue(scene) == 1


def test_a_worker_that_is_busy_with_it_keeps_its_claim_however_long_it_takes(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.held(record_id)
    scene.change("UPDATE records SET leased_at = now() - interval '10 hours'")
    beat(scene, record_id)
    assert rescue(scene) == 0


def test_a_claim_a_live_worker_forgot_comes_back(scene: Scene) -> None:
    scene.held(scene.read_one("INV-1"))
    beat(scene, new_id())
    assert rescue(scene) == 0
    scene.change("UPDATE records SET leased_at = now() - interval '21 minutes'")
    assert rescue(scene) == 1


def test_the_third_crash_makes_a_dead_letter_and_lets_the_next_version_go(scene: Scene) -> None:
    record_id = scene.read_one("INV-1", "one")
    for crash in range(1, MOST_CRASHES + 1):
        scene.held(record_id)
        if crash == MOST_CRASHES:
            newer = scene.read_one("INV-1", "two")
            assert scene.record(newer).hold == "version"
        stop_heart(scene)
        assert rescue(scene) >= 1
        beat(scene)
    record = scene.record(record_id)
    assert (record.state, record.crashes, record.due_at) == ("dead", 3, None)
    [letter] = scene.ask("SELECT * FROM dead_letters")
    assert letter.code == "worker_crashed"
    assert "3 times" in letter.reason
    assert scene.claim(newer) is not None
    assert scene.ledger.verify() == []


@pytest.mark.parametrize("step", [Step.MAP, Step.LOAD])
def test_a_letter_about_crashes_says_when_one_of_them_may_have_sent_something(scene: Scene, step: Step) -> None:
    record_id = scene.read_one("INV-1", "one")
    if step is Step.LOAD:
        scene.map(record_id)
    for _ in range(MOST_CRASHES):
        claim = scene.held(record_id, step)
        if step is Step.LOAD:
            scene.sent(claim)
        stop_heart(scene)
        rescue(scene)
        beat(scene)
    [letter] = scene.ask("SELECT * FROM dead_letters")
    assert (letter.code, STILL_IN_DOUBT in letter.suggestion) == ("worker_crashed", step is Step.LOAD)


def test_a_run_of_a_dead_worker_goes_on_and_is_given_up_after_three_crashes(scene: Scene) -> None:
    run_id = scene.queue_run()
    for crash in range(1, MOST_CRASHES + 1):
        assert scene.claim_run(run_id) is not None, crash
        stop_heart(scene)
        assert rescue(scene) == 1
        beat(scene)
    [run] = scene.ask("SELECT * FROM runs")
    assert (run.status, run.crashes) == ("failed", 3)
    assert "died 3 times" in run.error


def test_a_worker_that_stops_in_good_order_gives_back_what_it_holds_without_a_crash(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    claim = scene.held(record_id)
    run_id = scene.queue_run()
    assert scene.claim_run(run_id) is not None
    scene.ledger.retire(scene.worker)
    assert scene.ask("SELECT id FROM workers") == []
    with scene.ledger.unit() as unit:
        assert not unit.claims.owns(claim)
    record = scene.record(record_id)
    assert (record.crashes, record.lease_owner) == (0, None)
    assert scene.claim(record_id) is not None
    assert scene.claim_run(run_id) is not None


def test_a_heartbeat_moves_on_and_says_what_it_is_busy_with(scene: Scene) -> None:
    stop_heart(scene)
    record_id = new_id()
    beat(scene, record_id)
    [row] = scene.ask("SELECT busy_with, heartbeat_at > now() - interval '30 minutes' AS fresh FROM workers")
    assert tuple(row) == (record_id, True)


def test_workers_that_stopped_long_ago_are_forgotten_unless_they_hold_something(scene: Scene) -> None:
    gone = new_id()
    scene.ledger.heartbeat(gone, host="here", pid=2, kind="worker", busy_with=())
    scene.held(scene.read_one("INV-1"))
    scene.change("UPDATE workers SET heartbeat_at = now() - interval '2 days'")
    with scene.ledger.begin() as connection:
        assert workers.forget_workers(Transaction(connection)) == 1
    assert [row.id for row in scene.ask("SELECT id FROM workers")] == [scene.worker]
