"""What its source lists again unchanged is owed an answer once more, however it ended before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Malformed, Refused, Unavailable
from tests.pipeline.doubles import FakeAcknowledgingSource
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench


@pytest.fixture
def source(bench: Bench) -> FakeAcknowledgingSource:
    bench.source = source = FakeAcknowledgingSource(owed=True)
    return source


def listed(bench: Bench) -> None:
    """The source lists it, and it goes as far as it can."""
    bench.read({"part": "c1"}, flow=CLAIMS)
    bench.work()


def events(bench: Bench) -> list[str]:
    return [row.name for row in bench.rows("SELECT name FROM audit_events ORDER BY id")]


def test_a_refused_document_is_posted_anew(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.target.before = [Refused("The period is closed.")]
    listed(bench)
    assert bench.records() == {("c1", 1): "rejected"}
    listed(bench)
    assert bench.records() == {("c1", 1): "done"}
    assert [result.refused or result.target_id for _, result in source.confirmed] == ["The period is closed.", "T-c1"]
    assert source.acknowledged == ["c1", "c1"]
    assert bench.record("c1").acknowledged_at is not None


def test_a_posted_document_is_confirmed_again_with_the_same_number_and_not_posted_again(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    listed(bench)
    asked = bench.target.asked
    listed(bench)
    assert bench.records() == {("c1", 1): "done"}
    assert (bench.target.writes, bench.target.asked) == (["c1"], asked)
    assert [result.target_id for _, result in source.confirmed] == ["T-c1", "T-c1"]
    assert "record.listed_again" in events(bench)


def test_nothing_begins_before_the_source_has_been_told_again(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.target.before = [Refused("The period is closed.")]
    listed(bench)
    source.trouble = [Unavailable("Concur is away."), Unavailable("Concur is away.")]
    listed(bench)
    assert (bench.record("c1").state, bench.record("c1").hold) == ("extracted", "source")
    bench.due()
    bench.work()
    assert bench.target.writes == []
    bench.due()
    bench.work()
    assert bench.records() == {("c1", 1): "done"}


def test_what_lies_with_a_person_stays_there(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.target.before = [Malformed("Nobody understands c1.")]
    listed(bench)
    listed(bench)
    assert bench.letters_of_the_dead() == {"c1": "malformed"}
    assert "record.listed_again" not in events(bench)


def test_what_a_refusal_left_behind_is_not_told_again_once_it_began_anew(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.target.before = [Refused("The period is closed.")]
    listed(bench)
    bench.read({"part": "c1"}, flow=CLAIMS)
    assert (bench.record("c1").state, bench.record("c1").result) == ("extracted", {})


def test_what_belongs_to_another_system_stays_cancelled_until_it_is_left_to_us(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    source.not_ours["c1"] = "system B has it"
    listed(bench)
    before = events(bench)
    listed(bench)
    assert bench.records() == {("c1", 1): "cancelled"}
    assert events(bench) == before
    source.not_ours.clear()
    listed(bench)
    assert bench.records() == {("c1", 1): "done"}


def test_what_was_taken_back_and_comes_again_begins_anew(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.read({"part": "c1", "order": "o1"}, flow=CLAIMS)
    bench.work()
    source.taken_back.add("c1")
    bench.due()
    bench.work()
    assert bench.records() == {("c1", 1): "cancelled"}
    source.taken_back.clear()
    bench.read({"part": "c1", "order": "o1"}, flow=CLAIMS)
    bench.work()
    assert (bench.record("c1").state, bench.record("c1").hold) == ("extracted", "gate")


def test_what_is_under_way_is_only_acknowledged_again(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.read({"part": "c1", "order": "o1"}, flow=CLAIMS)
    bench.work()
    bench.read({"part": "c1", "order": "o1"}, flow=CLAIMS)
    assert source.acknowledged == ["c1", "c1"]
    assert bench.record("c1").hold == "gate"
    assert "record.listed_again" not in events(bench)


def test_what_is_only_looked_at_stays_as_it_ended(bench: Bench, source: FakeAcknowledgingSource) -> None:
    listed(bench)
    source.owed = False
    listed(bench)
    assert len(source.confirmed) == 1
    assert "record.listed_again" not in events(bench)


def test_a_source_that_is_not_told_lists_everything_again_and_again(bench: Bench) -> None:
    bench.source.owed = True
    for _ in range(2):
        bench.read({"part": "p1"})
        bench.work()
    assert "record.listed_again" not in events(bench)
