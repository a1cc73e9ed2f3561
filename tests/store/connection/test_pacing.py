from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.journey import Change, Step
from connector.domain.record import Hold, State
from connector.store.connection import pacing
from connector.store.connection.pacing import FASTER, FIRST_PACE, FORGIVEN_AFTER, LIFTED_AT, SLOWER, SLOWEST
from tests import single
from tests.statements import counted

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene

#: a second of these tests lasts so many real ones: what passes while they run means nothing
LASTS = 1000.0
SECOND = dt.timedelta(seconds=LASTS)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _long_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "KEPT", LASTS * pacing.KEPT)


def say_429(scene: Scene, times: int = 1, *, while_paused: bool = False) -> None:
    for _ in range(times):
        with scene.ledger.unit() as unit:
            unit.connections.pause("jaggaer", HOUR, "JAGGAER says we ask too often (429).")
            unit.commit()
        if not while_paused:
            pause_is_over(scene)


def pause_is_over(scene: Scene) -> None:
    scene.change("UPDATE connections SET paused_until = now(), next_slot_at = now() WHERE paused_until > now()")


def succeed(scene: Scene, times: int = 1) -> None:
    for _ in range(times):
        with scene.ledger.unit() as unit:
            unit.connections.succeeded("jaggaer")
            unit.commit()


def pace_of(scene: Scene) -> float | None:
    [row] = scene.ask("SELECT pace FROM connections WHERE name = 'jaggaer'")
    return None if row.pace is None else float(row.pace)


def slow(scene: Scene, pace: float, *, rested: dt.timedelta = dt.timedelta(0)) -> None:
    """Slowed down to so many steps a second, and not used for a while."""
    say_429(scene)
    scene.change(
        "UPDATE connections SET pace = :pace, next_slot_at = now() - CAST(:rested AS interval) WHERE name = 'jaggaer'",
        pace=pace / LASTS,
        rested=rested,
    )


def to_load(scene: Scene, number: int, prefix: str = "INV", flow: UUID | None = None) -> list[UUID]:
    ids = scene.read(*((f"{prefix}-{one}", "one") for one in range(number)), flow=flow)
    for record_id in ids:
        scene.map(record_id)
    scene.change("UPDATE records SET queued_until = NULL")
    return ids


def test_a_429_slows_a_connection_down_and_further_ones_more_but_never_to_a_halt(scene: Scene) -> None:
    assert pace_of(scene) is None
    say_429(scene)
    assert pace_of(scene) == FIRST_PACE
    say_429(scene)
    assert pace_of(scene) == FIRST_PACE * SLOWER
    say_429(scene, 20)
    assert pace_of(scene) == SLOWEST


def test_requests_that_were_under_way_when_it_was_said_do_not_slow_it_down_again(scene: Scene) -> None:
    say_429(scene, 5, while_paused=True)
    assert pace_of(scene) == FIRST_PACE


def test_successes_speed_it_up_until_there_is_no_limit(scene: Scene) -> None:
    say_429(scene)
    succeed(scene)
    assert pace_of(scene) == pytest.approx(FIRST_PACE + FASTER)
    scene.change("UPDATE connections SET pace = :almost WHERE name = 'jaggaer'", almost=LIFTED_AT - 1.5 * FASTER)
    succeed(scene)
    assert pace_of(scene) == pytest.approx(LIFTED_AT - FASTER / 2)
    succeed(scene)
    [row] = scene.ask("SELECT * FROM connections WHERE name = 'jaggaer'")
    assert (row.pace, row.pace_why, row.paced_at, row.next_slot_at) == (None, None, None, None)


def test_a_success_long_after_the_last_429_lifts_the_limit(scene: Scene) -> None:
    say_429(scene)
    scene.change("UPDATE connections SET paced_at = now() - CAST(:ago AS interval)", ago=FORGIVEN_AFTER / 2)
    succeed(scene)
    assert pace_of(scene) is not None
    scene.change("UPDATE connections SET paced_at = now() - CAST(:ago AS interval)", ago=FORGIVEN_AFTER)
    succeed(scene)
    assert pace_of(scene) is None


def test_a_failure_that_is_no_429_does_not_slow_it_down(scene: Scene) -> None:
    with scene.ledger.unit() as unit:
        unit.connections.failed("jaggaer", "503")
        unit.connections.stop("jaggaer", "password")
        unit.connections.resume("jaggaer")
        unit.commit()
    assert pace_of(scene) is None


def test_claims_take_turns_on_a_slowed_connection_and_the_others_hear_when_and_why(scene: Scene) -> None:
    ids = to_load(scene, 3)
    slow(scene, 0.5)
    first, second, third = (scene.held(record_id, Step.LOAD) for record_id in ids)
    assert (first.paused_for, first.slowed, first.in_trouble) == (None, True, True)
    for late in (second, third):
        assert late.paused_for is not None
        assert SECOND < late.paused_for <= 2 * SECOND
        assert late.paused_why == "slowed down to 0.0005 a second for all workers: JAGGAER says we ask too often (429)."


def test_slots_that_nobody_took_are_kept_for_a_second_and_no_longer(scene: Scene) -> None:
    ids = to_load(scene, 12)
    slow(scene, 3, rested=HOUR)
    went = [scene.held(record_id, Step.LOAD).paused_for is None for record_id in ids]
    assert went == [True] * 4 + [False] * 8


def test_who_waits_for_a_turn_burns_no_try_and_goes_when_it_comes(scene: Scene) -> None:
    ids = to_load(scene, 2)
    slow(scene, 0.5)
    scene.held(ids[0], Step.LOAD)
    late = scene.held(ids[1], Step.LOAD)
    assert late.paused_for is not None
    waits = Change(
        state=State.MAPPED, event="record.paused", why=late.paused_why, hold=Hold.CONNECTION, due_in=late.paused_for
    )
    assert scene.settle(late, waits)
    scene.change("UPDATE connections SET next_slot_at = now() WHERE name = 'jaggaer'")
    scene.make_due()
    again = scene.held(ids[1], Step.LOAD)
    assert (again.paused_for, again.tries) == (None, 0)


def test_reading_a_page_takes_a_turn_too(scene: Scene) -> None:
    slow(scene, 0.5)
    with scene.ledger.unit() as unit:
        assert unit.connections.pause_left("jaggaer") is None
        held = unit.connections.pause_left("jaggaer")
        assert held is not None
        assert held[0] > SECOND
        assert unit.connections.pause_left("qad") is None


def test_a_run_knows_that_its_source_is_slowed_down(scene: Scene) -> None:
    run = scene.claim_run(scene.queue_run())
    assert run is not None
    assert not run.slowed
    with scene.ledger.unit() as unit:
        unit.runs.finish(run)
        unit.connections.pause("qad", HOUR, "429")
        unit.commit()
    run = scene.claim_run(scene.queue_run())
    assert run is not None
    assert run.slowed


def test_beat_sends_no_more_than_there_are_free_slots_however_many_flows_want_them(scene: Scene) -> None:
    to_load(scene, 9)
    to_load(scene, 9, "S", scene.suppliers)
    [unread] = scene.read(("INV-X", "one"))
    scene.change("UPDATE records SET queued_until = NULL")
    slow(scene, 4, rested=0.9 * SECOND)
    sent = [(due.record_id, due.state) for due in scene.ledger.recovery.due_records(500)]
    assert (unread, State.EXTRACTED) in sent, "mapping needs no slot"
    loads = [record_id for record_id, state in sent if state is State.MAPPED]
    assert len(loads) == 4
    assert {scene.record(record_id).flow_id for record_id in loads} == {scene.invoices, scene.suppliers}
    assert scene.ledger.recovery.due_records(500) == [], "those that are out will take the slots"
    went = [scene.held(record_id, Step.LOAD).paused_for is None for record_id in loads]
    assert all(went), "what was sent was not sent in vain"


def test_beat_sends_nothing_to_load_before_the_next_slot(scene: Scene) -> None:
    ids = to_load(scene, 2)
    slow(scene, 0.2)
    scene.held(ids[0], Step.LOAD)
    assert scene.ledger.recovery.due_records(500) == []
    scene.change("UPDATE connections SET next_slot_at = now() WHERE name = 'jaggaer'")
    assert [(due.record_id, due.state) for due in scene.ledger.recovery.due_records(500)] == [(ids[1], State.MAPPED)]


def test_other_connections_go_on_at_full_speed(scene: Scene) -> None:
    other = type(scene).set_up(scene.ledger, scene.vault, prefix="b")
    to_load(scene, 5)
    theirs = to_load(other, 5, "B")
    slow(scene, 0.2)
    sent = [due.record_id for due in scene.ledger.recovery.due_records(500)]
    assert set(theirs) <= set(sent)
    assert len(sent) == 6
    assert all(other.held(record_id, Step.LOAD).paused_for is None for record_id in theirs)


def test_a_claim_costs_one_statement_without_a_limit_and_two_with_one(scene: Scene) -> None:
    first, second = to_load(scene, 2)
    costs = []
    for record_id in (first, second):
        with counted(scene.ledger) as statements, scene.ledger.unit() as unit:
            assert single.claim(unit, record_id, Step.LOAD, scene.worker) is not None
            unit.commit()
        costs.append(len(statements))
        slow(scene, 5)
    assert costs == [1, 2]


def test_without_a_limit_workers_do_not_wait_for_one_another(scene: Scene) -> None:
    first, second = to_load(scene, 2)
    with scene.ledger.unit() as one, scene.ledger.unit() as two:
        two.tx.run(sa.text("SET LOCAL lock_timeout = '2s'"))
        assert single.claim(one, first, Step.LOAD, scene.worker) is not None
        one.connections.succeeded("jaggaer")
        assert single.claim(two, second, Step.LOAD, new_id()) is not None
        two.connections.succeeded("jaggaer")
        two.commit()
        one.commit()
