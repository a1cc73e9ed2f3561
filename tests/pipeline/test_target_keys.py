"""Which document a target key belongs to: whoever is in the target under it, or may be, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Refused, Unanswered
from connector.domain.exchange import Safety

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

KINDS = pytest.mark.parametrize("kind", [Safety.ASK_FIRST, Safety.NATIVE_KEY])


@KINDS
def test_a_refused_document_does_not_keep_its_number_from_the_one_that_replaces_it(bench: Bench, kind: Safety) -> None:
    bench.target.kind, bench.target.before = kind, [Refused("The target is closed for p1.")]
    bench.read({"part": "voided", "number": "INV-1"})
    bench.work()
    assert bench.letters_of_the_dead() == {"voided": "refused"}

    bench.read({"part": "entered again", "number": "INV-1"})
    bench.work()
    assert bench.records()["entered again", 1] == "done"
    assert bench.target.writes == ["INV-1"]


@KINDS
def test_what_was_refused_and_comes_again_finds_its_number_taken(bench: Bench, kind: Safety) -> None:
    test_a_refused_document_does_not_keep_its_number_from_the_one_that_replaces_it(bench, kind)
    bench.read({"part": "voided", "number": "INV-1", "amount": "3.00"})
    bench.work()
    letters = bench.rows("SELECT code, reason FROM dead_letters ORDER BY created_at")
    assert bench.target.writes == ["INV-1"]
    if kind is Safety.NATIVE_KEY:
        assert letters[-1].code == "duplicate_key"
        assert letters[-1].reason.startswith("entered again, another document of this flow, already became INV-1")
    else:
        assert letters[-1].code == "differs_in_target"


@KINDS
def test_a_number_in_doubt_belongs_to_whoever_may_be_there(bench: Bench, kind: Safety) -> None:
    bench.target.kind, bench.target.after = kind, [Unanswered("The target did not answer.")]
    bench.read({"part": "first", "number": "INV-1"})
    bench.work(rounds=2)
    assert bench.answers("first") == ["unknown"]
    bench.target.holds.clear()  # it does not show it yet
    bench.read({"part": "second", "number": "INV-1", "amount": "2.00"})
    bench.work(rounds=2)
    second = bench.record("second")
    assert (second.state, second.hold) == ("mapped", "retry")
    assert "first, another document of this flow, may be INV-1 in the target" in second.why
    assert bench.target.writes == ["INV-1"]


@KINDS
@pytest.mark.parametrize("carries", ["", "ours"])
def test_what_is_found_under_another_number_than_it_was_sent_does_not_end_the_doubt(
    bench: Bench, kind: Safety, carries: str
) -> None:
    bench.target.kind, bench.target.after = kind, [Unanswered("The target did not answer.")]
    bench.read({"part": "p1", "number": "INV-1"})
    bench.work(rounds=2)
    bench.execute("UPDATE records SET state = 'cancelled', hold = NULL, due_at = NULL, finished_at = now()")
    bench.target.holds["INV-2"] = {"amount": "1.00"}  # somebody else's, or the same once more
    if carries:
        bench.target.carries["INV-2"] = bench.record("p1").correlation_id
    bench.read({"part": "p1", "number": "INV-2"})
    bench.work()

    (newest,) = bench.rows("SELECT code, reason, suggestion FROM dead_letters")
    assert newest.code == "in_doubt"
    assert "It was sent as INV-1" in newest.reason
    assert "it would be INV-2, which the target has as T-INV-2" in newest.reason
    assert "--not-there" in newest.suggestion
    assert bench.rows("SELECT target_id, target_key FROM documents") == [(None, "INV-1")]
    assert bench.target.writes == ["INV-1"]
