from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import IF_THERE, AlreadyThere, ConnectorError, Unanswered
from connector.domain.exchange import Safety
from connector.operations.work import records
from connector.store.operator.records import Filter

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench


def test_what_somebody_entered_by_hand_is_adopted_without_a_post(bench: Bench) -> None:
    bench.target.holds["p1"] = {"amount": "1.00"}
    bench.read({"part": "p1"})
    bench.work()
    assert bench.target.writes == []
    assert bench.records() == {("p1", 1): "done"}


def test_what_differs_in_the_target_goes_to_a_person(bench: Bench) -> None:
    bench.target.holds["p1"] = {"amount": "2.00"}
    bench.read({"part": "p1"})
    bench.work()
    assert bench.target.writes == []
    assert bench.letters_of_the_dead() == {"p1": "differs_in_target"}


@pytest.mark.parametrize("error", [Unanswered, AlreadyThere])
def test_what_turns_up_after_an_answer_that_was_no_yes_is_listed_for_a_person(
    bench: Bench, operator: Operator, error: type[ConnectorError]
) -> None:
    bench.target.kind = Safety.ASK_FIRST
    bench.target.after = [error("Rolled back in part.", **{IF_THERE: "maybe in part only"})]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert (bench.records(), bench.target.writes) == ({("p1", 1): "done"}, ["p1"])
    assert bench.answers("p1") == ["adopted"]
    [warned] = records.list_(operator, Filter(warned=True))
    assert [one.warning for one in records.get(operator, warned.id).attempts] == ["maybe in part only"]


@pytest.mark.parametrize("trouble", [AlreadyThere("p1 exists."), Unanswered("The answer was lost.")])
def test_what_others_act_on_is_not_overwritten_by_its_key(bench: Bench, trouble: ConnectorError) -> None:
    bench.target.kind, bench.target.keeps = Safety.NATIVE_KEY, True
    bench.target.holds["p1"], bench.target.before = {"amount": "2.00"}, [trouble]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert bench.target.writes == []
    assert bench.letters_of_the_dead() == {"p1": "differs_in_target"}


def test_what_another_document_posted_is_never_adopted(bench: Bench) -> None:
    bench.target.holds["p1"], bench.target.carries["p1"] = {"amount": "1.00"}, "mlc-somebody-else"
    bench.read({"part": "p1"})
    bench.work()
    assert bench.target.writes == []
    assert bench.letters_of_the_dead() == {"p1": "posted_by_another"}
    assert "carries mlc-somebody-else" in bench.rows("SELECT reason FROM dead_letters")[0].reason


def test_what_nobody_can_compare_is_not_adopted_unless_it_was_sent_from_here(bench: Bench) -> None:
    bench.target.unseen = "its lines"
    bench.target.holds = {"p1": {"amount": "1.00"}, "p2": {"amount": "1.00"}}
    bench.read({"part": "p1"}, {"part": "p2"})
    (ours,) = bench.rows("SELECT correlation_id FROM records WHERE source_key = 'p2'")
    bench.target.carries["p2"] = ours.correlation_id
    bench.work()
    assert bench.records() == {("p1", 1): "dead", ("p2", 1): "done"}
    assert bench.target.writes == []
    assert "does not show its lines" in bench.rows("SELECT reason FROM dead_letters")[0].reason


def test_a_target_that_says_it_has_the_document_is_asked_and_the_document_adopted(bench: Bench) -> None:
    bench.target.kind = Safety.NATIVE_KEY
    bench.target.holds["p1"] = {"amount": "1.00"}
    bench.target.before = [AlreadyThere("p1 exists.")]
    bench.read({"part": "p1"})
    bench.work()
    assert bench.records() == {("p1", 1): "done"}
    assert bench.answers("p1") == ["adopted"]
