"""A target that cannot be asked: a person finds out about lost answers, and a second post is that person's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Unanswered
from connector.domain.exchange import Safety
from connector.operations.work import dead_letters, records, settling
from connector.store.operator.dead_letters import Filter

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench

LOST = Unanswered("The target did not answer.")


@pytest.fixture
def letter(bench: Bench) -> UUID:
    bench.target.kind = Safety.NONE
    bench.target.after = [LOST]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}
    identifier: UUID = bench.rows("SELECT id FROM dead_letters")[0].id
    return identifier


def requeue_all(operator: Operator) -> int:
    fixed, _ = dead_letters.select(operator, Filter())
    return sum(batch.letters for batch in dead_letters.requeue(operator, fixed))


def test_neither_a_requeue_nor_a_replay_posts_a_second_time(bench: Bench, operator: Operator, letter: UUID) -> None:
    assert requeue_all(operator) == 0
    records.replay(operator, bench.record("p1").id)
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}


def test_what_a_person_found_is_linked_and_nothing_is_posted(bench: Bench, operator: Operator, letter: UUID) -> None:
    settling.settle(operator, letter, there="T-77")
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.records() == {("p1", 1): "done"}
    assert bench.rows("SELECT target_id, loaded_version FROM documents") == [("T-77", 1)]
    assert bench.letters_of_the_dead() == {}


def test_what_a_person_did_not_find_is_posted_exactly_once_more(bench: Bench, operator: Operator, letter: UUID) -> None:
    bench.target.writes.clear()  # it had never arrived
    settling.settle(operator, letter, there=None)
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.records() == {("p1", 1): "done"}
    assert bench.answers("p1") == ["not there", "accepted"]


def test_what_was_found_releases_those_that_wait_for_it(bench: Bench, operator: Operator, letter: UUID) -> None:
    bench.target.after = [LOST]
    bench.read({"part": "o1"}, flow="orders")
    bench.read({"part": "p2", "order": "o1"})
    bench.work()
    bench.due()
    bench.work()
    (order,) = bench.rows(
        "SELECT d.id FROM dead_letters d JOIN records r ON r.id = d.record_id WHERE r.source_key = 'o1'"
    )
    settling.settle(operator, order.id, there="T-9")
    bench.work()
    assert bench.records()["p2", 1] == "done"


def test_a_version_that_is_not_sent_does_not_end_the_doubt_about_the_one_before(bench: Bench, letter: UUID) -> None:
    bench.read({"part": "p1", "skip": True})
    bench.work()
    assert (bench.record("p1", 2).state, bench.target.writes) == ("dead", ["p1"])
    (newest,) = bench.rows("SELECT code, reason FROM dead_letters WHERE record_id = :r", r=bench.record("p1", 2).id)
    assert newest.code == "in_doubt"
    assert "parts like this stay where they are" in newest.reason


@pytest.mark.parametrize("there", ["T-77", None])
def test_the_letter_of_a_version_that_is_not_sent_is_settled(
    bench: Bench, operator: Operator, letter: UUID, there: str | None
) -> None:
    bench.read({"part": "p1", "skip": True})
    bench.work()
    settling.settle(operator, bench.record("p1", 2).id, there=there)
    bench.work()
    assert bench.record("p1", 2).state == "skipped", "mapped anew with what is known now"
    assert bench.rows("SELECT target_id FROM documents") == [(there,)]
    assert bench.target.writes == ["p1"]
