"""What waits for a change that its source does not tell of is read again, when it was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import Unavailable
from connector.domain.run import DUE_AGAIN
from connector.pipeline.poll import poll
from tests.pipeline.parts import RECHECK

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from tests.pipeline.conftest import Bench

UNMATCHED = {"part": "p1", "unmatched": True}


def later(bench: Bench, passed: dt.timedelta) -> None:
    bench.execute("UPDATE records SET due_at = due_at - CAST(:passed AS interval)", passed=passed)


def fired(bench: Bench) -> list[UUID]:
    """Runs that beat queues now."""
    bench.execute("UPDATE flows SET next_due_at = 'infinity'")
    bench.ledger.recovery.fire_rereads()
    return [
        row.id for row in bench.rows("SELECT id FROM runs WHERE only_key = :key AND status = 'queued'", key=DUE_AGAIN)
    ]


def waits(bench: Bench) -> Any:
    record = bench.record("p1")
    assert (record.state, record.hold, record.reread) == ("extracted", "gate", True), record.why
    return record.due_at - record.updated_at


def test_it_is_read_as_often_as_it_was_said_and_not_half_as_often(bench: Bench) -> None:
    bench.read(UNMATCHED)
    bench.work()
    for round_ in range(1, 4):
        assert RECHECK * 0.9 <= waits(bench) <= RECHECK
        later(bench, RECHECK * 0.89)
        assert fired(bench) == []
        later(bench, RECHECK * 0.11)
        bench.work()
        assert waits(bench), "it is not looked at before it was read"
        (run,) = fired(bench)
        assert poll(bench.world, run) == "read 1 again"
        assert len(bench.source.queries) == 1 + round_
        bench.work()


def test_what_has_changed_goes_on(bench: Bench) -> None:
    bench.read(UNMATCHED)
    bench.work()
    later(bench, RECHECK)
    bench.source.batches = [[{"part": "p1"}]]
    (run,) = fired(bench)
    poll(bench.world, run)
    bench.work()
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}
    assert fired(bench) == []


def test_thousands_of_them_are_one_row_of_the_runs(bench: Bench) -> None:
    many = [{"part": f"p{number}", "unmatched": True} for number in range(120)]
    bench.read(*many)
    bench.work()
    later(bench, RECHECK)
    bench.execute("UPDATE records SET due_at = due_at - interval '1 hour' WHERE source_key = 'p77'")
    (run,) = fired(bench)
    assert fired(bench) == [run]
    assert poll(bench.world, run) == "read 120 again"
    assert bench.source.queries[1].key == "p77", "the longest due first"
    assert len(bench.rows("SELECT id FROM runs")) == 2


def test_a_source_that_fails_is_asked_again_from_there(bench: Bench) -> None:
    bench.read(*({"part": f"p{number}", "unmatched": True} for number in range(1, 4)))
    bench.work()
    later(bench, RECHECK)
    bench.source.incomplete = {}
    (run,) = fired(bench)
    bench.source.fails_at = {1: Unavailable("A is away.")}
    assert poll(bench.world, run) == "A is away."
    bench.source.fails_at = {}
    bench.execute("UPDATE runs SET due_at = now()")
    assert poll(bench.world, run) == "read 3 again"


def test_a_single_read_on_demand_is_not_asked_for_by_those_who_wait(bench: Bench) -> None:
    bench.read(UNMATCHED)
    bench.work()
    assert bench.rows("SELECT id FROM runs WHERE only_key = 'p1'") == []
