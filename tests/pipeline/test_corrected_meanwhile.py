"""A document is corrected, or taken back, at its source while an earlier version of it has surely not arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import RateLimited, Refused, Unanswered, Unavailable
from connector.domain.exchange import Safety
from connector.domain.journey import MOST_TRIES
from connector.operations.work import records
from tests.pipeline.parts import CLAIMS
from tests.pipeline.test_doubt import requeue_all

if TYPE_CHECKING:
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
    bench.target.kind, bench.target.before = Safety.NATIVE_KEY, [Unanswered("Nobody answered.")]
    bench.read({"part": "p1", "amount": WRONG})
    bench.work()
    bench.read({"part": "p1", "amount": RIGHT})
    assert bench.record("p1", 2).hold == "version"
    until_nothing_moves(bench)
    assert bench.records() == {("p1", 1): "done", ("p1", 2): "done"}
    assert bench.target.holds == {"p1": {"amount": RIGHT}}


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
