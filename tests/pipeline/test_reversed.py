"""What was posted and is to be posted as it was once more: a person may have reversed it, and its target knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.exchange import Safety
from connector.operations.work import dead_letters, records, settling
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.exchange import Outgoing, Written
    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench


@pytest.fixture
def posted(bench: Bench) -> Bench:
    bench.read({"part": "p1", "note": "a"})
    bench.work()
    assert bench.target.writes == ["p1"]
    return bench


def again(bench: Bench) -> None:
    """It comes as a new version, which says the same to the target."""
    bench.read({"part": "p1", "note": "b"})
    bench.work()


def letter(bench: Bench) -> UUID:
    (row,) = bench.rows("SELECT id, code FROM dead_letters WHERE resolved_at IS NULL")
    assert row.code == "in_doubt"
    identifier: UUID = row.id
    return identifier


def test_what_was_reversed_by_hand_and_comes_again_unchanged_is_posted_once_more(posted: Bench) -> None:
    posted.target.holds.clear()
    again(posted)
    assert posted.target.writes == ["p1", "p1"]
    assert posted.records() == {("p1", 1): "done", ("p1", 2): "done"}


def test_what_is_still_there_is_asked_about_and_not_posted(posted: Bench) -> None:
    asked = posted.target.asked
    again(posted)
    assert posted.target.asked == asked + 1
    assert posted.target.writes == ["p1"]
    assert posted.answers("p1") == ["accepted", "adopted"]


def test_what_was_reversed_by_hand_is_posted_when_it_is_replayed(posted: Bench, operator: Operator) -> None:
    posted.target.holds.clear()
    records.replay(operator, posted.record("p1").id)
    posted.work()
    assert posted.target.writes == ["p1", "p1"]


def test_a_target_that_overwrites_by_key_is_neither_asked_nor_told_what_it_was_told_before(posted: Bench) -> None:
    posted.target.kind, asked = Safety.NATIVE_KEY, posted.target.asked
    again(posted)
    assert (posted.target.asked, posted.target.writes) == (asked, ["p1"])
    assert posted.records()["p1", 2] == "done"


@pytest.mark.parametrize(("there", "writes"), [("T-9", ["p1"]), (None, ["p1", "p1"])])
def test_where_silence_proves_nothing_a_person_says_whether_it_was_reversed(
    posted: Bench, operator: Operator, there: str | None, writes: list[str]
) -> None:
    posted.target.kind = Safety.TOLD
    posted.target.holds.clear()
    again(posted)
    for _ in range(2):
        posted.due()
        posted.work()
    assert posted.target.writes == ["p1"]
    assert posted.rows("SELECT failures FROM connections WHERE name = 'b'") == [(0,)], "it has answered"

    one = letter(posted)
    settling.settle(operator, one, attempt=dead_letters.get(operator, one).attempt or 0, there=there)
    posted.due()
    posted.work()
    assert posted.target.writes == writes
    assert posted.records() == {("p1", 1): "done", ("p1", 2): "done"}


@pytest.mark.usefixtures("acknowledging")
@pytest.mark.parametrize("safety", [Safety.TOLD, Safety.NONE])
@pytest.mark.parametrize(("there", "writes"), [("T-9", ["c1"]), (None, ["c1", "c1"])])
def test_where_nobody_can_tell_what_is_posted_otherwise_now_is_not_posted_beside_what_was(
    bench: Bench, operator: Operator, safety: Safety, there: str | None, writes: list[str]
) -> None:
    bench.read({"part": "c1", "amount": "1.00"}, flow=CLAIMS)
    bench.work()
    bench.target.kind = safety
    bench.target.holds.clear()  # it is not shown, yet or ever
    bench.read({"part": "c1", "amount": "2.00"}, flow=CLAIMS)
    for _ in range(3):
        bench.work()
        bench.due()
    assert bench.target.writes == ["c1"]
    one = letter(bench)

    settling.settle(operator, one, attempt=dead_letters.get(operator, one).attempt or 0, there=there)
    bench.due()
    bench.work()
    assert bench.target.writes == writes
    assert bench.records() == {("c1", 1): "done", ("c1", 2): "done"}


def test_what_its_target_changes_is_sent_as_it_is_now_though_nobody_can_ask(posted: Bench) -> None:
    posted.target.kind = Safety.NONE
    posted.read({"part": "p1", "amount": "2.00"})
    posted.work()
    assert posted.records() == {("p1", 1): "done", ("p1", 2): "done"}
    assert posted.target.writes == ["p1", "p1"]


def test_an_answer_that_was_written_down_while_its_worker_was_given_up_is_not_asked_for_again(bench: Bench) -> None:
    write = bench.target.write

    def while_another_worker_takes_over(document: Outgoing) -> Written:
        bench.execute("UPDATE records SET fence = fence + 1")
        return write(document)

    bench.target.write = while_another_worker_takes_over  # type: ignore[method-assign]
    bench.read({"part": "p1"})
    bench.work(rounds=2)
    assert bench.answers("p1") == ["accepted"]
    asked = bench.target.asked

    bench.execute("UPDATE records SET lease_owner = NULL")
    bench.work()
    assert bench.target.asked == asked
    assert bench.records() == {("p1", 1): "done"}
