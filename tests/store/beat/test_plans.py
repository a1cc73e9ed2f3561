"""What beat asks every second or few, in a ledger that has worked for long and not evenly: no plan reads history.

Rows are counted, not seconds, of every statement that is sent. There are 20,000 records; Postgres chooses its plans as
for a million like them. `make scale` measures the same where there are so many.
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from connector.domain.schedule import next_fire
from connector.operations.health import watching
from connector.operations.operator import Operator
from tests.scale.filling import AWAITED
from tests.store.history import HISTORY, costly
from workers.schedule import BEGAN_TO_WAIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.store.scene import Scene

DEAD_AFTER = dt.timedelta(seconds=60)


def operator(scene: Scene) -> Operator:
    return Operator(
        application=cast(Any, SimpleNamespace(store=scene.ledger, database=scene.ledger, vault=scene.vault)),
        actor="beat",
    )


def a_record(scene: Scene) -> UUID:
    found: UUID = scene.ask("SELECT id FROM records WHERE state = 'done' LIMIT 1")[0].id
    return found


BEAT: dict[str, Callable[[Scene], object]] = {
    "rescue": lambda scene: scene.ledger.recovery.rescue(DEAD_AFTER),
    "free versions": lambda scene: scene.ledger.recovery.free_versions(),
    "release forgotten": lambda scene: scene.ledger.recovery.release_forgotten(BEGAN_TO_WAIT),
    "fire rereads": lambda scene: scene.ledger.recovery.fire_rereads(),
    "fire flows": lambda scene: scene.ledger.recovery.fire_due_flows(next_fire),
    "release": lambda scene: scene.ledger.recovery.release_more(),
    "send runs": lambda scene: scene.ledger.recovery.due_runs(50),
    "send pieces": lambda scene: scene.ledger.recovery.due_pieces(100),
    "send records": lambda scene: scene.ledger.recovery.due_records(500),
    "send more of a flow": lambda scene: scene.ledger.recovery.due_records(500, beside=a_record(scene)),
    "send canaries": lambda scene: scene.ledger.recovery.due_canaries(["load"], ["load"]),
    "watch queues": lambda scene: watching.report_queues(operator(scene), DEAD_AFTER),
    "watch work": lambda scene: watching.report_work(operator(scene), dt.timedelta(hours=2)),
}


def test_these_are_plans_for_a_million_records(worn: Scene) -> None:
    [[plan]] = worn.ask("EXPLAIN (FORMAT JSON) SELECT FROM records")
    assert round(plan[0]["Plan"]["Plan Rows"], -5) == 1_000_000
    assert worn.ask("SELECT count(*) AS rows FROM records")[0].rows == HISTORY


def test_reading_what_has_been_done_would_be_noticed(worn: Scene) -> None:
    assert costly(worn, lambda scene: scene.ask("SELECT max(fence) FROM records"))


@pytest.mark.parametrize("turn", BEAT)
def test_a_turn_of_beat_that_has_nothing_to_do_costs_nothing(worn: Scene, turn: str) -> None:
    assert costly(worn, BEAT[turn]) == {}


@pytest.mark.parametrize("turn", BEAT)
def test_a_turn_of_beat_costs_what_it_does(worn: Scene, turn: str) -> None:
    worn.change("UPDATE records SET queued_until = NULL WHERE queued_until IS NOT NULL")
    first, second, *_ = worn.read(*((f"{turn}-{number}", "one") for number in range(9)))
    worn.held(first)
    worn.held(second)
    worn.change("UPDATE workers SET heartbeat_at = now() - interval '1 hour'")
    worn.change("UPDATE records SET queued_until = NULL WHERE queued_until IS NOT NULL")
    worn.change("UPDATE flows SET next_due_at = now()")
    worn.change("UPDATE connections SET pace = 100, next_slot_at = now() - interval '1 minute'")
    worn.change(
        "INSERT INTO releases (integration_id, subject) VALUES (:integration, :subject) ON CONFLICT DO NOTHING",
        integration=worn.integration_id,
        subject=f"link:suppliers:{AWAITED}",
    )
    assert costly(worn, BEAT[turn]) == {}
