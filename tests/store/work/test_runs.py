from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.domain.gate import LinkNeed
from tests.store.scene import WAITS

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.run import RunClaim
    from tests.store.scene import Scene

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def hourly(schedule: str, timezone: str, after: dt.datetime) -> dt.datetime:
    if schedule == "never":
        raise ConfigurationError(f"This schedule never fires ({timezone}).")
    return after + HOUR


def claimed(scene: Scene, **values: object) -> RunClaim:
    run = scene.claim_run(scene.queue_run(**values))  # type: ignore[arg-type]  # the columns of a run
    assert run is not None
    return run


def progress(scene: Scene, run: RunClaim, **values: Any) -> bool:
    told = {"read": 0, "new": 0, "cursor": None, "position": None, **values}
    with scene.ledger.unit() as unit:
        moved = unit.runs.progress(run, **told)
        unit.commit()
    return moved


def finish(scene: Scene, run: RunClaim, **values: str) -> None:
    with scene.ledger.unit() as unit:
        unit.runs.finish(run, **values)
        unit.commit()


def run_row(scene: Scene, run_id: UUID) -> Any:
    return scene.ask("SELECT * FROM runs WHERE id = :id", id=run_id)[0]


def cursor(scene: Scene) -> dt.datetime | None:
    found: dt.datetime | None = scene.ask("SELECT cursor FROM flows WHERE id = :id", id=scene.invoices)[0].cursor
    return found


def test_a_flow_never_runs_twice_at_once(scene: Scene) -> None:
    first, second = scene.queue_run(), scene.queue_run()
    run = scene.claim_run(first)
    assert run is not None
    assert scene.claim_run(second) is None
    assert scene.claim_run(scene.queue_run(scene.suppliers)) is not None
    finish(scene, run)
    assert scene.claim_run(second) is not None


def test_single_documents_may_be_read_while_the_flow_runs(scene: Scene) -> None:
    claimed(scene)
    assert scene.claim_run(scene.queue_run(only_key="INV-1")) is not None


def test_the_cursor_never_moves_back(scene: Scene) -> None:
    run = claimed(scene)
    assert progress(scene, run, cursor=NOON)
    assert progress(scene, run, cursor=NOON - HOUR)
    assert progress(scene, run)
    assert cursor(scene) == NOON
    assert progress(scene, run, cursor=NOON + HOUR)
    assert cursor(scene) == NOON + HOUR


def test_a_run_goes_on_where_its_last_slice_stopped(scene: Scene) -> None:
    run = claimed(scene)
    assert progress(scene, run, read=500, new=20, position={"page": 2, "amount": "1.10"})
    with scene.ledger.unit() as unit:
        unit.runs.pause(run, dt.timedelta(0))
        unit.commit()
    again = scene.claim_run(run.run_id)
    assert again is not None
    assert (again.position, again.read_so_far, again.tries) == ({"page": 2, "amount": "1.10"}, 500, 0)
    row = run_row(scene, run.run_id)
    assert (row.read, row.new, row.unchanged) == (500, 20, 480)


def test_failures_in_a_row_are_counted_until_a_page_succeeds(scene: Scene) -> None:
    run = claimed(scene)
    with scene.ledger.unit() as unit:
        unit.runs.pause(run, dt.timedelta(0), "503")
        unit.commit()
    assert run_row(scene, run.run_id).why == "503"
    again = scene.claim_run(run.run_id)
    assert again is not None
    assert again.tries == 1
    progress(scene, again, read=1)
    assert run_row(scene, run.run_id).tries == 0


def test_an_old_fence_moves_no_run(scene: Scene) -> None:
    old = claimed(scene)
    with scene.ledger.unit() as unit:
        unit.runs.pause(old, dt.timedelta(0))
        unit.commit()
    assert scene.claim_run(old.run_id) is not None
    assert not progress(scene, old, read=5, cursor=NOON)
    finish(scene, old)
    assert run_row(scene, old.run_id).status == "running"
    assert cursor(scene) is None


def test_the_last_full_run_is_remembered(scene: Scene) -> None:
    run = claimed(scene)
    progress(scene, run, read=7, new=7)
    finish(scene, run, warning="odd")
    assert (run_row(scene, run.run_id).status, run_row(scene, run.run_id).warning) == ("done", "odd")
    single = claimed(scene, only_key="INV-1")
    progress(scene, single, read=1)
    finish(scene, single)
    assert claimed(scene).read_last_time == 7


def test_a_failed_run_says_why(scene: Scene) -> None:
    run = claimed(scene)
    finish(scene, run, failed="The browse does not exist.")
    row = run_row(scene, run.run_id)
    assert (row.status, row.error) == ("failed", "The browse does not exist.")


def test_a_missing_document_is_demanded_once(scene: Scene) -> None:
    needs = [LinkNeed(flow="suppliers", key="10"), LinkNeed(flow="suppliers", key="10")]
    for _ in range(2):
        with scene.ledger.unit() as unit:
            unit.runs.demand(scene.integration_id, needs, actor="worker:1")
            unit.runs.demand(scene.integration_id, [LinkNeed(flow="unknown", key="1")], actor="worker:1")
            unit.commit()
    [run] = scene.ask("SELECT * FROM runs")
    assert (run.flow_id, run.only_key, run.reason, run.requested_by) == (scene.suppliers, "10", "demand", "worker:1")
    claim = scene.claim_run(run.id)
    assert claim is not None
    finish(scene, claim)
    with scene.ledger.unit() as unit:
        unit.runs.demand(scene.integration_id, needs, actor="worker:1")
        unit.commit()
    assert len(scene.ask("SELECT id FROM runs")) == 1


def test_a_document_is_read_again_when_its_record_is_due(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    claim = scene.held(record_id)
    assert scene.settle(claim, replace(WAITS, reread=True))
    assert scene.ledger.recovery.fire_rereads() == 0
    scene.make_due()
    assert scene.claim(record_id) is None, "not before it was read"
    assert record_id not in [due.record_id for due in scene.ledger.recovery.due_records(50)]
    assert scene.ledger.recovery.fire_rereads() == 1
    assert scene.ledger.recovery.fire_rereads() == 0, "one at a time"
    [run] = scene.ask("SELECT * FROM runs WHERE only_key = ''")
    assert scene.claim_run(run.id) is not None
    with scene.ledger.unit() as unit:
        assert unit.rereading.due(scene.invoices, 50) == ["INV-1"]
        assert unit.rereading.done(scene.invoices, ["INV-1"]) == [record_id]
        assert unit.rereading.due(scene.invoices, 50) == []
        unit.commit()
    assert scene.claim(record_id) is not None


def test_only_enabled_flows_that_are_due_fire(scene: Scene) -> None:
    assert scene.ledger.recovery.fire_due_flows(hourly) == 0
    scene.change("UPDATE flows SET enabled = true, next_due_at = now() - interval '3 hours' WHERE name = 'invoices'")
    scene.change("UPDATE flows SET enabled = true, next_due_at = now() + interval '1 hour' WHERE name = 'suppliers'")
    assert scene.ledger.recovery.fire_due_flows(hourly) == 1
    [flow] = scene.ask("SELECT next_due_at > now() AS later FROM flows WHERE name = 'invoices'")
    assert flow.later
    [run] = scene.ask("SELECT * FROM runs")
    assert (run.flow_id, run.reason, run.status) == (scene.invoices, "schedule", "queued")
    assert scene.ledger.recovery.fire_due_flows(hourly) == 0


def test_an_enabled_flow_without_a_next_slot_fires_at_once(scene: Scene) -> None:
    scene.change("UPDATE flows SET enabled = true WHERE name = 'invoices'")
    assert scene.ledger.recovery.fire_due_flows(hourly) == 1


def test_a_flow_whose_last_run_has_not_ended_gets_no_second_one(scene: Scene) -> None:
    scene.queue_run()
    scene.change("UPDATE flows SET enabled = true WHERE name = 'invoices'")
    assert scene.ledger.recovery.fire_due_flows(hourly) == 0
    assert len(scene.ask("SELECT id FROM runs")) == 1


def test_a_schedule_that_cannot_be_read_fails_that_flow_only(scene: Scene) -> None:
    scene.change("UPDATE flows SET enabled = true")
    scene.change("UPDATE flows SET schedule = 'never' WHERE name = 'invoices'")
    assert scene.ledger.recovery.fire_due_flows(hourly) == 1
    [failed] = scene.ask("SELECT * FROM runs WHERE status = 'failed'")
    assert (failed.flow_id, failed.error) == (scene.invoices, "This schedule never fires (UTC).")
    assert scene.ledger.recovery.fire_due_flows(hourly) == 0
