from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import NotYet, Recalled, Refused, Unanswered, Unavailable
from connector.domain.journey import MOST_TRIES
from connector.store.connection.state import OPENS_AT
from connector.store.work.extraction import UNTOLD
from tests.pipeline.doubles import FakeAcknowledgingSource

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench


@pytest.fixture
def source(bench: Bench) -> FakeAcknowledgingSource:
    """The bench's source, able to be told."""
    bench.source = made = FakeAcknowledgingSource()
    return made


def test_the_source_is_told_before_anything_is_mapped_and_again_at_the_end(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.read({"part": "c1"}, {"part": "c2"}, flow="claims")
    assert source.acknowledged == ["c1", "c2"]
    bench.work()
    assert bench.records() == {("c1", 1): "done", ("c2", 1): "done"}
    assert sorted((key, result.target_id) for key, result in source.confirmed) == [("c1", "T-c1"), ("c2", "T-c2")]


def test_what_the_source_does_not_leave_to_us_is_cancelled_and_never_posted(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    source.not_ours["c1"] = "system B has it"
    bench.read({"part": "c1"}, {"part": "c2"}, flow="claims")
    bench.work()
    assert bench.records() == {("c1", 1): "cancelled", ("c2", 1): "done"}
    assert bench.record("c1").why == "system B has it"
    assert bench.target.writes == ["c2"]


def test_nothing_moves_until_the_source_has_been_told(bench: Bench, source: FakeAcknowledgingSource) -> None:
    source.trouble = [Unavailable("Concur is away.")]
    bench.read({"part": "c1"}, flow="claims")
    bench.work()
    assert (bench.record("c1").state, bench.record("c1").hold) == ("extracted", "source")
    bench.due()
    bench.work()
    assert source.acknowledged == ["c1"]
    assert bench.records() == {("c1", 1): "done"}


@pytest.mark.parametrize(
    ("error", "soon"),
    [(Unanswered("No answer."), True), (Unavailable("Concur is away."), True), (Refused("Not like this."), False)],
    ids=["lost answer", "away", "refused"],
)
def test_a_source_that_may_not_have_heard_of_us_is_asked_as_soon_as_what_failed_is_tried_again(
    bench: Bench, source: FakeAcknowledgingSource, error: Exception, *, soon: bool
) -> None:
    source.trouble = [error]
    bench.read({"part": "c1"}, flow="claims")
    record = bench.record("c1")
    assert (record.state, record.hold) == ("extracted", "source")
    assert (record.due_at < record.created_at + UNTOLD) is soon


def test_whatever_fails_nothing_is_mapped_before_the_source_has_been_told(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    source.trouble = [Unavailable("Concur cannot say."), Unavailable("Concur cannot say."), Unavailable("Nor now.")]
    bench.read({"part": "c1"}, flow="claims")
    for _ in range(2):
        bench.due()
        bench.work()
        assert (bench.record("c1").state, bench.record("c1").hold) == ("extracted", "retry")
        assert bench.record("c1").acknowledged_at is None
    assert bench.target.writes == []
    bench.due()
    bench.work()
    assert source.acknowledged == ["c1"]
    assert bench.records() == {("c1", 1): "done"}


def test_a_version_that_had_to_wait_for_the_one_before_is_acknowledged_first_all_the_same(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.target.after = [Unanswered("QAD did not answer.")]
    bench.read({"part": "c1"}, flow="claims")
    bench.work()
    source.trouble = [Unavailable("Concur is away.")]
    bench.read({"part": "c1", "amount": "2.00", "number": "n2"}, flow="claims")
    assert bench.record("c1", 2).hold == "version"
    assert source.acknowledged == ["c1"]
    bench.due()
    bench.work()
    assert bench.records()["c1", 1] == "done"
    assert source.acknowledged == ["c1", "c1"]
    assert bench.record("c1", 2).acknowledged_at is not None


def test_a_refusal_is_told_to_the_source_in_the_targets_own_words(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.target.before = [Refused("Period 2026-11 is closed.")]
    bench.read({"part": "c1"}, flow="claims")
    bench.work()
    assert bench.records() == {("c1", 1): "rejected"}
    assert bench.record("c1").why == "Period 2026-11 is closed. (Noted: it failed)"
    assert [result.refused for _, result in source.confirmed] == ["Period 2026-11 is closed."]
    assert bench.letters_of_the_dead() == {}


def test_a_confirmation_is_retried_for_ever_and_never_posts_again(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.read({"part": "c1"}, flow="claims")
    source.trouble = [Unavailable("Concur is away.")] * (MOST_TRIES + 3)
    for _ in range(MOST_TRIES + 5):
        bench.execute("UPDATE connections SET paused_until = NULL")
        bench.work()
        bench.due()
    assert bench.records() == {("c1", 1): "done"}
    assert bench.target.writes == ["c1"]


def test_what_the_source_cannot_say_of_one_document_touches_that_document_only(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    source.undecided, source.not_ours = {"c2"}, {"c3": "system B has it"}
    bench.read(*({"part": f"c{number}"} for number in range(1, 5)), flow="claims")
    bench.work()
    assert bench.records() == {("c1", 1): "done", ("c2", 1): "extracted", ("c3", 1): "cancelled", ("c4", 1): "done"}
    assert bench.rows("SELECT status, tries FROM runs") == [("done", 0)]
    source.undecided.clear()
    bench.due()
    bench.work()
    assert bench.record("c2").state == "done"


def test_a_confirmation_that_has_to_wait_leaves_the_connection_and_its_neighbours_alone(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.read(*({"part": f"c{number}"} for number in range(1, 4)), flow="claims")
    source.trouble = [NotYet("Concur says later of this one.")] * (OPENS_AT + 3)
    for _ in range(OPENS_AT + 3):
        bench.work(rounds=3)
        bench.due()
    bench.work()
    assert set(bench.records().values()) == {"done"}
    assert bench.rows("SELECT paused_until, failures FROM connections WHERE name = 'a'") == [(None, 0)]


def test_an_answer_about_one_document_closes_a_breaker(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.read({"part": "c1"}, flow="claims")
    source.trouble = [Unavailable("Concur is away."), NotYet("Concur says later of this one.")]
    bench.work()
    assert bench.rows("SELECT failures FROM connections WHERE name = 'a'") == [(1,)]
    bench.due()
    bench.work()
    assert bench.rows("SELECT failures FROM connections WHERE name = 'a'") == [(0,)]
    assert bench.records() == {("c1", 1): "loaded"}


def test_a_document_taken_back_while_it_waited_is_not_posted(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.read({"part": "c1", "order": "o1"}, flow="claims")
    bench.work()
    assert bench.record("c1").hold == "gate"
    source.taken_back.add("c1")
    bench.due()
    bench.work()
    assert bench.records() == {("c1", 1): "cancelled"}
    assert bench.target.writes == []


def test_a_document_taken_back_after_it_was_posted_goes_to_a_person(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.read({"part": "c1"}, flow="claims")
    source.trouble = [Recalled("The processor recalled it.")]
    bench.work()
    assert bench.letters_of_the_dead() == {"c1": "recalled_after_posting"}
    assert "T-c1" in bench.rows("SELECT suggestion FROM dead_letters")[0].suggestion


def test_a_paused_source_is_not_told_meanwhile(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.read({"part": "c1"}, flow="claims")
    bench.work(rounds=2)
    bench.execute(
        "UPDATE connections SET paused_until = now() + interval '1 hour', paused_why = 'rest' WHERE name = 'a'"
    )
    bench.work()
    assert bench.records() == {("c1", 1): "loaded"}
    assert source.confirmed == []
    assert bench.ledger.recovery.rescue(dt.timedelta(minutes=20)) == 0
