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
