"""Workers that slept through everything, and what they say when they wake."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Unanswered
from connector.domain.exchange import Safety
from connector.pipeline.load import load_records
from tests.model.workers import Worker

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

#: its claim and its attempt are written down, and the target has done it
AFTER_THE_EFFECT = 2


@pytest.fixture
def sleeper(bench: Bench) -> Worker:
    """Asleep since the target took version 1, given up, its record finished by another."""
    bench.target.kind = Safety.NATIVE_KEY
    bench.read({"part": "p1", "amount": "1.00"})
    bench.work(rounds=1)
    worker = Worker(bench.another_world(), stops_at=AFTER_THE_EFFECT)
    assert worker.start(partial(load_records, record_ids=[bench.record("p1").id]))
    bench.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour' WHERE id = :id", id=worker.identity)
    assert bench.ledger.recovery.rescue(dt.timedelta(minutes=20)) == 1
    bench.work()
    assert bench.records() == {("p1", 1): "done"}
    assert bench.target.writes == ["p1"]
    return worker


def test_a_late_answer_does_not_say_what_the_target_holds_now(bench: Bench, sleeper: Worker) -> None:
    bench.read({"part": "p1", "amount": "2.00"})
    bench.work()
    sleeper.wake()
    bench.read({"part": "p1", "amount": "1.00"})
    bench.work()
    assert bench.target.holds == {"p1": {"amount": "1.00"}}
    assert bench.ledger.verify() == []


def test_a_late_doubt_does_not_undo_what_was_found_out(bench: Bench, sleeper: Worker) -> None:
    bench.target.after = [Unanswered("The target did not answer.")]  # for whoever would write again
    sleeper.wake()
    assert bench.answers("p1") == ["adopted"]
