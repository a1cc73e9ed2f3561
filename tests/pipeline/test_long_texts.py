"""Keys, ids and references longer than an index takes: what was posted is written down, and nothing else stops."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from connector.domain.exchange import Outgoing, Written

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

#: nothing that could be packed
LONG = secrets.token_hex(500_000)


@pytest.mark.parametrize("length", [3_000, 1_000_000])
def test_a_long_number_is_posted_once_and_known_again(bench: Bench, length: int) -> None:
    bench.read(
        {"part": "p0"}, {"part": "p1", "number": LONG[:length]}, {"part": "p2", "number": LONG[: length - 1] + "x"}
    )
    bench.work()
    assert set(bench.records().values()) == {"done"}

    bench.read({"part": "p3", "number": LONG[:length]})  # another document under the same number
    bench.work()
    assert len(bench.target.writes) == 3
    assert bench.letters_of_the_dead() == {"p3": "duplicate_key"}


def test_a_long_id_of_the_target_does_not_keep_what_was_posted_from_being_known(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = bench.target.write

    def answer(document: Outgoing) -> Written:
        write(document)
        return Written(target_id=LONG, answer=LONG)

    monkeypatch.setattr(bench.target, "write", answer)
    bench.read({"part": "p1"})
    bench.work()
    assert bench.records() == {("p1", 1): "done"}
    ((there,),) = bench.rows("SELECT target_id FROM documents")
    assert there.startswith(LONG[:1000])
    assert len(there) < len(LONG)
    assert bench.answers("p1") == ["accepted"]


def test_what_refers_to_a_long_key_waits_for_it_alone(bench: Bench) -> None:
    bench.read({"part": "p1", "order": LONG}, {"part": "p2"})
    bench.work()
    assert bench.records() == {("p1", 1): "extracted", ("p2", 1): "done"}
    assert bench.record("p1").hold == "gate"
