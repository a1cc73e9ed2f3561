"""What a connection that was slowed down means for the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import RateLimited
from connector.domain.journey import Step
from connector.pipeline.confirm import confirm_records
from connector.pipeline.load import load_records
from connector.pipeline.map import map_records
from connector.pipeline.poll import poll
from connector.store.connection.pacing import FASTER, FIRST_PACE
from tests.pipeline.doubles import FakeAcknowledgingSource
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench


def slow(bench: Bench, name: str, pace: float = 5.0) -> None:
    bench.execute(
        "UPDATE connections SET pace = :pace, pace_why = '429', paced_at = now() WHERE name = :name",
        pace=pace,
        name=name,
    )


def pace(bench: Bench, name: str) -> float | None:
    (row,) = bench.rows("SELECT pace FROM connections WHERE name = :name", name=name)
    return None if row.pace is None else float(row.pace)


def test_a_429_slows_its_connection_only_and_a_load_that_works_speeds_it_up(bench: Bench) -> None:
    bench.target.before = [RateLimited("Slow down.")]
    bench.read({"part": "p1"})
    bench.work()
    assert (pace(bench, "a"), pace(bench, "b")) == (None, FIRST_PACE)
    bench.execute("UPDATE connections SET paused_until = NULL, next_slot_at = NULL")
    bench.due()
    bench.work()
    assert bench.records() == {("p1", 1): "done"}
    assert pace(bench, "b") == pytest.approx(FIRST_PACE + FASTER)


def test_what_is_mapped_for_a_slowed_target_waits_without_a_message_and_says_why(bench: Bench) -> None:
    bench.read({"part": "p1"})
    slow(bench, "b")
    (record,) = bench.rows("SELECT id FROM records")
    bench.letters.steps.clear()
    map_records(bench.world, [record.id])
    mapped = bench.record("p1")
    assert bench.letters.steps == []
    assert (mapped.state, mapped.hold, mapped.queued_until) == ("mapped", "connection", None)
    assert "slow down" in mapped.why
    bench.work()
    assert bench.records() == {("p1", 1): "done"}


def test_what_is_mapped_for_a_closed_target_says_why_at_once(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.execute(
        "UPDATE connections SET paused_until = now() + interval '1 hour', paused_why = '503' WHERE name = 'b'"
    )
    (record,) = bench.rows("SELECT id FROM records")
    bench.letters.steps.clear()
    map_records(bench.world, [record.id])
    assert bench.letters.steps == []
    assert bench.record("p1").hold == "connection"
    assert bench.record("p1").why.endswith("503")


def test_a_load_without_a_turn_calls_nobody(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.work(rounds=1)
    slow(bench, "b")
    bench.execute("UPDATE connections SET next_slot_at = now() + interval '1 hour'")
    (record,) = bench.rows("SELECT id FROM records")
    load_records(bench.world, [record.id])
    assert (bench.target.asked, bench.target.writes) == (0, [])
    assert (bench.record("p1").hold, bench.record("p1").tries) == ("connection", 0)


def test_a_confirmation_takes_its_turn_at_the_source(bench: Bench) -> None:
    bench.source = source = FakeAcknowledgingSource()
    bench.read({"part": "p1"}, flow=CLAIMS)
    bench.work(rounds=2)
    slow(bench, "a")
    bench.execute("UPDATE connections SET next_slot_at = now() + interval '1 hour'")
    (record,) = bench.rows("SELECT id, state FROM records")
    assert record.state == "loaded"
    confirm_records(bench.world, [record.id])
    assert source.confirmed == []
    bench.execute("UPDATE connections SET next_slot_at = now()")
    bench.due()
    bench.work()
    assert [key for key, _ in source.confirmed] == ["p1"]
    assert pace(bench, "a") == pytest.approx(5 + FASTER)


def test_a_slowed_source_is_read_page_by_page_and_every_page_speeds_it_up(bench: Bench) -> None:
    slow(bench, "a")
    bench.source.batches = [[{"part": "p1"}], [{"part": "p2"}], [{"part": "p3"}]]
    run = bench.run()
    slices = [poll(bench.world, run)]
    assert slices == ["read 1 so far, going on"]
    assert bench.letters.polls == [run]
    while "going on" in (slices[-1] or "") or "paused" in (slices[-1] or ""):
        bench.execute("UPDATE connections SET next_slot_at = NULL")
        bench.execute("UPDATE runs SET due_at = now()")
        slices.append(poll(bench.world, run))
    assert slices == ["read 1 so far, going on", "read 2 so far, going on", "read 3"]
    assert len(bench.records()) == 3
    assert pace(bench, "a") == pytest.approx(5 + 3 * FASTER)


def test_a_page_without_a_turn_is_not_read(bench: Bench) -> None:
    slow(bench, "a")
    bench.execute("UPDATE connections SET next_slot_at = now() + interval '1 hour'")
    bench.source.batches = [[{"part": "p1"}]]
    assert "slowed down" in (poll(bench.world, bench.run()) or "")
    assert bench.source.queries == []
    (run,) = bench.rows("SELECT status, tries, due_at > now() + interval '30 min' AS later FROM runs")
    assert (run.status, run.tries, run.later) == ("queued", 0, True)


def test_the_messages_after_mapping_go_at_once_without_a_limit(bench: Bench) -> None:
    bench.read({"part": "p1"})
    (record,) = bench.rows("SELECT id FROM records")
    bench.letters.steps.clear()
    map_records(bench.world, [record.id])
    assert bench.letters.steps == [(Step.LOAD, record.id)]
