"""A document is corrected, or taken back, at its source while an earlier version of it has surely not arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import RateLimited, Refused, Unanswered, Unavailable
from connector.domain.exchange import Safety
from connector.domain.journey import MOST_TRIES, Step
from connector.domain.outcome import NEWER_READ
from connector.operations.work import records
from connector.pipeline.map import map_records
from tests.pipeline.parts import CLAIMS
from tests.pipeline.test_doubt import requeue_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.exchange import Found, Outgoing
    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench
    from tests.pipeline.doubles import FakeAcknowledgingSource

WRONG, RIGHT = "1000000.00", "1000.00"


def until_nothing_moves(bench: Bench) -> None:
    bench.execute("UPDATE connections SET paused_until = NULL, failures = 0, pace = NULL")
    for _ in range(6):
        bench.work()
        bench.due()


@pytest.mark.parametrize("safety", [Safety.ASK_FIRST, Safety.NATIVE_KEY])
@pytest.mark.parametrize("away", [RateLimited("Slow down."), Unavailable("It did not begin.")])
def test_what_counts_now_goes_where_the_version_before_never_left(
    bench: Bench, safety: Safety, away: Exception
) -> None:
    bench.target.kind, bench.target.before = safety, [away]
    bench.read({"part": "p1", "amount": WRONG})
    bench.work()
    bench.read({"part": "p1", "amount": RIGHT})
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}
    assert bench.target.holds == {"p1": {"amount": RIGHT}}


def test_what_is_not_to_be_sent_any_more_is_not(bench: Bench) -> None:
    bench.target.before = [RateLimited("Slow down.")]
    bench.read({"part": "p1", "amount": WRONG})
    bench.work()
    bench.read({"part": "p1", "skip": True})
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "skipped"}
    assert bench.target.holds == {}


def test_what_may_have_arrived_comes_first_all_the_same(bench: Bench) -> None:
    bench.target.kind, bench.target.after = Safety.NATIVE_KEY, [Unanswered("Nobody answered.")]
    bench.read({"part": "p1", "amount": WRONG})
    bench.work()
    bench.read({"part": "p1", "amount": RIGHT})
    assert bench.record("p1", 2).hold == "version"
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "done", ("p1", 2): "done"}
    assert bench.target.holds == {"p1": {"amount": RIGHT}}


@pytest.mark.parametrize("safety", [Safety.ASK_FIRST, Safety.NATIVE_KEY])
@pytest.mark.parametrize("now", [{"amount": RIGHT}, {"skip": True}])
def test_what_turns_out_not_to_have_arrived_gives_way(bench: Bench, safety: Safety, now: dict[str, Any]) -> None:
    bench.target.kind, bench.target.before = safety, [Unanswered("Nobody answered.")]
    bench.read({"part": "p1", "amount": WRONG})
    bench.work()
    bench.read({"part": "p1", **now})
    assert bench.record("p1", 2).hold == "version"
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "skipped" if "skip" in now else "done"}
    assert bench.target.holds == ({} if "skip" in now else {"p1": {"amount": RIGHT}})
    assert bench.target.writes == ([] if "skip" in now else ["p1"])
    assert bench.answers("p1")[0] == "not there"
    assert bench.letters_of_the_dead() == {}


def test_what_may_still_show_in_the_place_of_an_older_state_comes_first(bench: Bench) -> None:
    bench.target.kind = Safety.NATIVE_KEY
    bench.read({"part": "p1", "amount": RIGHT})
    bench.work()
    bench.target.before = [Unanswered("Nobody answered.")]
    bench.read({"part": "p1", "amount": WRONG})
    bench.work()
    bench.read({"part": "p1", "amount": RIGHT})
    assert bench.record("p1", 3).hold == "version"
    bench.target.find = arriving_after(bench, bench.target.find)  # type: ignore[method-assign]
    until_nothing_moves(bench)
    assert bench.target.holds == {"p1": {"amount": RIGHT}}
    assert bench.records() == dict.fromkeys([("p1", 1), ("p1", 2), ("p1", 3)], "done")


@pytest.mark.parametrize("safety", [Safety.RESENT, Safety.UNASKED])
def test_where_nobody_can_be_asked_what_may_have_arrived_is_sent_again_first(bench: Bench, safety: Safety) -> None:
    bench.target.kind, bench.target.before = safety, [Unanswered("Nobody answered.")]
    bench.read({"part": "p1", "amount": WRONG})
    bench.work()
    bench.read({"part": "p1", "amount": RIGHT})
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "done", ("p1", 2): "done"}
    assert bench.target.holds == {"p1": {"amount": RIGHT}}


def arriving_after(bench: Bench, find: Callable[[Outgoing], Found | None]) -> Callable[[Outgoing], Found | None]:
    def finding(document: Outgoing) -> Found | None:
        found, bench.target.find = find(document), find  # type: ignore[method-assign]
        bench.target.holds["p1"] = {"amount": WRONG}
        return found

    return finding


def read_while_it_is(bench: Bench, step: Step, newer: dict[str, Any]) -> None:
    """A newer version is read while somebody works on the one before, and dies."""
    bench.letters.steps.clear()
    claimed = bench.ledger.transact(lambda unit: unit.claims.claim([bench.record("p1").id], step, bench.world.worker))
    assert claimed
    bench.read(newer)
    assert bench.record("p1", 2).hold == "version"
    bench.execute("UPDATE records SET lease_owner = NULL WHERE lease_owner IS NOT NULL")


@pytest.mark.parametrize("safety", [Safety.ASK_FIRST, Safety.NATIVE_KEY, Safety.RESENT, Safety.UNASKED, Safety.NONE])
def test_what_was_about_to_be_sent_when_it_was_corrected_gives_way(bench: Bench, safety: Safety) -> None:
    bench.target.kind = safety
    bench.read({"part": "p1", "amount": WRONG})
    map_records(bench.world, [bench.record("p1").id])
    read_while_it_is(bench, Step.LOAD, {"part": "p1", "amount": RIGHT})
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}
    assert bench.target.writes == ["p1"]
    assert bench.target.holds == {"p1": {"amount": RIGHT}}


def test_what_was_being_mapped_when_it_was_corrected_keeps_nothing_waiting(bench: Bench) -> None:
    bench.read({"part": "p1", "unit": "WRONG"})
    read_while_it_is(bench, Step.MAP, {"part": "p1", "amount": RIGHT})
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}
    assert bench.record("p1").why == NEWER_READ
    assert bench.target.holds == {"p1": {"amount": RIGHT}}


def test_what_was_there_already_is_taken_for_the_version_that_found_it(bench: Bench) -> None:
    bench.target.kind, bench.target.holds = Safety.ASK_FIRST, {"p1": {"amount": WRONG}}
    bench.read({"part": "p1", "amount": WRONG})
    map_records(bench.world, [bench.record("p1").id])
    read_while_it_is(bench, Step.LOAD, {"part": "p1", "amount": RIGHT})
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "done", ("p1", 2): "dead"}
    assert bench.letters_of_the_dead() == {"p1": "differs_in_target"}


def test_a_dead_letter_that_is_requeued_is_asked_about_first(
    bench: Bench, operator: Operator, acknowledging: FakeAcknowledgingSource
) -> None:
    bench.target.before = [Unavailable("It did not begin.")] * MOST_TRIES
    bench.read({"part": "c1", "doc": "A"}, flow=CLAIMS)
    for _ in range(MOST_TRIES):
        until_nothing_moves(bench)
    assert bench.letters_of_the_dead() == {"c1": "retries_exhausted"}
    acknowledging.taken_back.add("c1")
    requeue_all(operator)
    until_nothing_moves(bench)
    assert bench.records() == {("c1", 1): "cancelled"}
    assert bench.record("c1").why == "taken back by its owner"
    assert bench.target.holds == {}


def test_what_was_rejected_and_is_replayed_is_asked_about_first(
    bench: Bench, operator: Operator, acknowledging: FakeAcknowledgingSource
) -> None:
    bench.target.before = [Refused("The period is closed.")]
    bench.read({"part": "c1", "doc": "A"}, flow=CLAIMS)
    bench.work()
    assert bench.records() == {("c1", 1): "rejected"}
    acknowledging.taken_back.add("c1")  # its source has given it back to whoever made it
    records.replay(operator, bench.record("c1").id)
    until_nothing_moves(bench)
    assert bench.records() == {("c1", 1): "cancelled"}
    assert bench.target.holds == {}
