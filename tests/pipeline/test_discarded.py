"""What a person discarded and its source lists again is theirs to decide: it may have been entered by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Malformed, Recalled, Unanswered, Unavailable
from connector.domain.exchange import Safety
from connector.domain.journey import STILL_IN_DOUBT
from connector.operations.work import dead_letters, records
from connector.store.operator.dead_letters import Filter
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.dead_letters import DeadLetter
    from tests.pipeline.conftest import Bench
    from tests.pipeline.doubles import FakeAcknowledgingSource

CODE = "listed_after_discard"


@pytest.fixture
def source(acknowledging: FakeAcknowledgingSource) -> FakeAcknowledgingSource:
    return acknowledging


@pytest.fixture
def office(operator: Operator) -> Operator:
    return replace(operator, actor="operator:jane")


def listed(bench: Bench, **changed: str) -> None:
    """The source lists it, and it goes as far as it can."""
    bench.read({"part": "c1", **changed}, flow=CLAIMS)
    bench.work()


def letter(office: Operator) -> DeadLetter:
    (found,) = dead_letters.list_(office, Filter(), most=10, resolved=False)
    return found


def requeue(office: Operator, wanted: Filter) -> list[tuple[UUID, str]]:
    """Requeue them; those that stay, with the reason."""
    fixed, _ = dead_letters.select(office, wanted)
    return [refused for batch in dead_letters.requeue(office, fixed) for refused in batch.refused]


@pytest.fixture
def discarded(bench: Bench, source: FakeAcknowledgingSource, office: Operator) -> None:
    """Nobody could read c1, and somebody entered it by hand."""
    bench.target.before = [Malformed("Nobody understands c1.")]
    listed(bench)
    dead_letters.discard(office, letter(office).id, "entered by hand as 4711")
    assert source.acknowledged == ["c1"]


@pytest.fixture
def asked(bench: Bench, discarded: None) -> None:
    listed(bench)


@pytest.mark.usefixtures("discarded")
def test_a_person_is_asked_once_and_nothing_is_posted_nor_acknowledged(
    bench: Bench, source: FakeAcknowledgingSource, office: Operator
) -> None:
    for _ in range(3):
        listed(bench)
    asked = letter(office)
    assert asked.code == CODE
    assert "a lists it again" in asked.reason
    assert "operator:jane closed its dead letter (malformed)" in asked.reason
    assert "discarded: entered by hand as 4711" in asked.reason
    assert "set its status in a" in asked.suggestion
    assert (bench.records(), bench.target.writes, source.confirmed) == ({("c1", 1): "dead"}, [], [])
    assert (source.acknowledged, bench.record("c1").acknowledged_at) == (["c1"], None)


@pytest.mark.usefixtures("source")
def test_a_write_without_an_answer_is_not_forgotten_with_the_letter(bench: Bench, office: Operator) -> None:
    bench.target.kind, bench.target.after = Safety.NONE, [Unanswered("lost")]
    listed(bench)
    bench.due()
    bench.work()
    dead_letters.discard(office, letter(office).id, "looked at, and nobody knows")
    listed(bench)
    assert (letter(office).code, letter(office).suggestion.endswith(STILL_IN_DOUBT)) == (CODE, True)


@pytest.mark.usefixtures("asked")
def test_requeued_it_is_acknowledged_first_and_then_posted(
    bench: Bench, source: FakeAcknowledgingSource, office: Operator
) -> None:
    source.trouble = [Unavailable("Concur is away.")]
    assert requeue(office, Filter(ids=(letter(office).id,))) == []
    bench.work()
    assert (bench.target.writes, source.acknowledged) == ([], ["c1"])
    bench.due()
    bench.work()
    assert (bench.target.writes, source.acknowledged) == (["c1"], ["c1", "c1"])
    assert bench.records() == {("c1", 1): "done"}
    assert len(source.confirmed) == 1


@pytest.mark.usefixtures("asked")
def test_whoever_discards_it_twice_is_left_alone_until_the_document_changes(
    bench: Bench, source: FakeAcknowledgingSource, office: Operator
) -> None:
    dead_letters.discard(office, letter(office).id, "I said so")
    for _ in range(2):
        listed(bench)
    assert (bench.letters_of_the_dead(), bench.target.writes, source.acknowledged) == ({}, [], ["c1"])
    listed(bench, amount="2.00")
    assert bench.records() == {("c1", 1): "dead", ("c1", 2): "done"}


@pytest.mark.usefixtures("asked")
def test_what_died_again_of_something_else_is_asked_about_again(bench: Bench, office: Operator) -> None:
    bench.target.before = [Malformed("Nobody understands c1 today either.")]
    assert requeue(office, Filter(code=CODE)) == []
    bench.work()
    assert bench.letters_of_the_dead() == {"c1": "malformed"}
    dead_letters.discard(office, letter(office).id, "entered by hand as 4712")
    listed(bench)
    assert bench.letters_of_the_dead() == {"c1": CODE}


@pytest.mark.usefixtures("asked")
def test_whoever_requeues_everything_did_not_mean_what_was_discarded(bench: Bench, office: Operator) -> None:
    for wanted in (Filter(), Filter(flow=f"acme/{CLAIMS}")):
        ((_, why),) = requeue(office, wanted)
        assert "may have been posted by hand" in why
    assert bench.records() == {("c1", 1): "dead"}


@pytest.mark.parametrize("again", ["requeued", "replayed"])
def test_what_was_posted_and_reversed_by_hand_is_asked_about_and_not_confirmed_as_posted(
    bench: Bench, source: FakeAcknowledgingSource, office: Operator, again: str
) -> None:
    source.trouble = [None, Recalled("Its owner took it back.")]
    listed(bench)
    assert letter(office).code == "recalled_after_posting"
    bench.target.holds.clear()  # reversed by hand
    dead_letters.discard(office, letter(office).id, "reversed")
    listed(bench)
    asked = bench.target.asked
    # it dies on its way: what the target had before is no reason to confirm anything
    bench.target.before = [Malformed("Nobody understands c1 now.")]
    if again == "requeued":
        requeue(office, Filter(code=CODE))
    else:
        records.replay(office, bench.record("c1").id, discarded=True)
    bench.work()
    assert bench.target.asked > asked
    requeue(office, Filter(code="malformed"))
    bench.work()
    assert bench.records() == {("c1", 1): "done"}
    assert bench.target.writes == ["c1", "c1"]
    assert [result.target_id for _, result in source.confirmed] == ["T-c1"]
