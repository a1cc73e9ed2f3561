from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING

from connector.domain.identity import new_id
from connector.domain.record import State
from connector.store.beat import dispatching
from connector.store.ledger import Ledger
from connector.store.postgres.transaction import Transaction
from tests.store.scene import BURIED

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene


def due(scene: Scene, most: int = 500) -> list[UUID]:
    return [due.record_id for due in scene.ledger.recovery.due_records(most)]


def forget_messages(scene: Scene) -> None:
    scene.change("UPDATE records SET queued_until = NULL")


def test_what_was_just_sent_is_not_sent_again_until_its_time_is_over(scene: Scene) -> None:
    ids = scene.read(("INV-1", "one"), ("INV-2", "one"))
    assert due(scene) == []
    scene.change("UPDATE records SET queued_until = now() - interval '1 second'")
    assert sorted(due(scene)) == sorted(ids)
    assert due(scene) == []


def test_each_record_comes_with_its_state(scene: Scene) -> None:
    first, second = scene.read(("INV-1", "one"), ("INV-2", "one"))
    scene.map(first)
    forget_messages(scene)
    found = scene.ledger.recovery.due_records(10)
    assert {due.record_id: due.state for due in found} == {first: State.MAPPED, second: State.EXTRACTED}


def test_what_is_claimed_ended_or_not_due_is_not_sent(scene: Scene) -> None:
    claimed, ended, later, ready = scene.read(*((f"INV-{number}", "one") for number in range(4)))
    scene.held(claimed)
    assert scene.settle(scene.held(ended), BURIED)
    scene.change("UPDATE records SET due_at = now() + interval '1 hour' WHERE id = :id", id=later)
    forget_messages(scene)
    assert due(scene) == [ready]


def test_a_flow_has_no_more_messages_out_than_its_window(scene: Scene) -> None:
    scene.change('UPDATE flows SET "window" = 3')
    scene.read(*((f"INV-{number}", "one") for number in range(5)))
    assert due(scene) == []
    forget_messages(scene)
    first = due(scene)
    assert len(first) == 3
    assert due(scene) == []
    scene.held(first[0])
    assert len(due(scene)) == 1


def test_records_to_map_and_to_load_share_the_window(scene: Scene) -> None:
    scene.change('UPDATE flows SET "window" = 3')
    for record_id in scene.read(("INV-1", "one"), ("INV-2", "one"), ("INV-3", "one")):
        scene.map(record_id)
    forget_messages(scene)
    scene.read(("INV-4", "one"), ("INV-5", "one"))
    forget_messages(scene)
    assert len(due(scene)) == 3


def test_for_each_process_that_loads_the_window_and_what_goes_at_once_are_wider(
    scene: Scene, database_url: str
) -> None:
    scene.change('UPDATE flows SET "window" = 3')
    scene.read(*((f"INV-{number}", "one") for number in range(9)))
    forget_messages(scene)
    with closing(Ledger(database_url, queued_a_process=2)) as ledger:
        for queues in (["load"], ["load"], ["map"], ["load"]):
            ledger.heartbeat(new_id(), host="here", pid=2, kind="worker", busy_with=(), queues=queues)
        scene.change(
            "UPDATE workers SET heartbeat_at = now() - interval '1 minute' WHERE id = (SELECT max(id::text)::uuid "
            "FROM workers WHERE 'load' = ANY(queues))"
        )
        assert len(ledger.recovery.due_records(2)) == 4, "two that live, two records each"
        assert ledger.recovery.due_records(2) == []


def test_who_asks_for_more_of_a_flow_gets_that_alone(scene: Scene) -> None:
    first, *others = scene.read(("INV-1", "one"), ("INV-2", "one"), ("INV-3", "one"))
    scene.read(("S-1", "one"), flow=scene.suppliers)
    scene.held(first)
    forget_messages(scene)
    more = scene.ledger.recovery.due_records(500, beside=first)
    assert sorted(due.record_id for due in more) == sorted(others)


def test_who_asks_for_more_leaves_to_beat_what_is_slowed_down(scene: Scene) -> None:
    first, second = scene.read(("INV-1", "one"), ("INV-2", "one"))
    scene.held(first)
    forget_messages(scene)
    scene.change("UPDATE connections SET pace = 100, next_slot_at = now() - interval '1 minute'")
    assert scene.ledger.recovery.due_records(500, beside=first) == []
    assert due(scene) == [second]


def test_flows_take_turns(scene: Scene) -> None:
    for flow in (scene.invoices, scene.suppliers):
        scene.read(*((f"{number}", "one") for number in range(8)), flow=flow)
    forget_messages(scene)
    flows = [scene.record(record_id).flow_id for record_id in due(scene, 4)]
    assert flows.count(scene.suppliers) == flows.count(scene.invoices) == 2
    assert flows[0] != flows[1]


def test_the_oldest_due_of_a_flow_goes_first(scene: Scene) -> None:
    ids = scene.read(("INV-1", "one"), ("INV-2", "one"), ("INV-3", "one"))
    for age, record_id in enumerate(ids):
        scene.change(
            "UPDATE records SET due_at = now() - :age WHERE id = :id", age=dt.timedelta(hours=age), id=record_id
        )
    forget_messages(scene)
    assert due(scene) == ids[::-1]


def test_nothing_is_sent_to_load_while_the_target_is_closed(scene: Scene) -> None:
    mapped, extracted = scene.read(("INV-1", "one"), ("INV-2", "one"))
    scene.map(mapped)
    with scene.ledger.unit() as unit:
        unit.connections.pause("jaggaer", dt.timedelta(hours=1), "429")
        unit.commit()
    forget_messages(scene)
    assert due(scene) == [extracted]
    with scene.ledger.unit() as unit:
        unit.connections.resume("jaggaer")
        unit.connections.stop("jaggaer", "credentials")
        unit.commit()
    assert due(scene) == []
    with scene.ledger.unit() as unit:
        unit.connections.resume("jaggaer")
        unit.commit()
    assert due(scene) == [mapped]


def test_two_beats_never_send_the_same_record(scene: Scene, database_url: str) -> None:
    scene.read(*((f"INV-{number}", "one") for number in range(20)))
    forget_messages(scene)
    with closing(Ledger(database_url)) as other, scene.ledger.engine.connect() as beat:
        mine = {due.record_id for due in dispatching.due_records(Transaction(beat), 10)}
        theirs = {due.record_id for due in other.recovery.due_records(20)}
        beat.commit()
    assert len(mine) == 10
    assert len(theirs) == 10
    assert not mine & theirs


def test_due_runs_are_sent_once_and_wait_for_their_flow(scene: Scene) -> None:
    first, _ = scene.queue_run(), scene.queue_run()
    single = scene.queue_run(only_key="INV-1")
    other = scene.queue_run(scene.suppliers)
    later = scene.queue_run(scene.suppliers, due_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    assert set(scene.ledger.recovery.due_runs(50)) == {first, single, other}, "a flow runs once at a time"
    assert scene.ledger.recovery.due_runs(50) == []
    assert scene.ledger.recovery.due_runs(50) == []
    assert scene.claim_run(first) is not None
    scene.change("UPDATE runs SET queued_until = NULL")
    assert set(scene.ledger.recovery.due_runs(50)) == {single, other}
    assert later not in scene.ledger.recovery.due_runs(50)


def test_a_flow_s_own_run_comes_before_thousands_of_single_documents(scene: Scene) -> None:
    scene.change(
        """INSERT INTO runs (id, flow_id, reason, only_key, due_at)
           SELECT gen_random_uuid(), :flow, 'demand', n::text, now() - interval '1 hour'
           FROM generate_series(1, 2000) n""",
        flow=scene.invoices,
    )
    whole = scene.queue_run()
    assert scene.ledger.recovery.due_runs(50)[0] == whole


def test_demands_of_one_flow_do_not_crowd_out_another(scene: Scene) -> None:
    for number in range(20):
        scene.queue_run(only_key=f"INV-{number}")
    whole = scene.queue_run(scene.suppliers)
    assert whole in scene.ledger.recovery.due_runs(5)
