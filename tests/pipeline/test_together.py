"""Records whose target takes them in one request: each is written down, told and settled as if it were alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import AlreadyThere, ConnectorError, NotYet, RateLimited, Refused, Unanswered, Unavailable
from connector.domain.exchange import Safety, Written
from connector.pipeline.load import load_records
from tests.pipeline.conftest import Bench, FakeTarget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.exchange import Outgoing

PARTS = tuple({"part": f"p{number}"} for number in range(4))
LOST = Unanswered("The target did not answer.")


@dataclass
class Tray(FakeTarget):
    """A target that takes three at a time; ``says``: what it says of single ones instead of taking them."""

    kind: Safety = Safety.NATIVE_KEY
    most: int = 3
    batches: list[list[str]] = field(default_factory=list)
    says: dict[str, ConnectorError] = field(default_factory=dict)
    breaks: list[BaseException] = field(default_factory=list)

    def most_at_once(self, entity: str) -> int:
        return self.most

    def write_many(self, documents: Sequence[Outgoing]) -> Sequence[Written | ConnectorError]:
        self.batches.append([document.key for document in documents])
        if self.breaks:
            raise self.breaks.pop(0)
        return [self.says.get(document.key) or self.write(document) for document in documents]


@pytest.fixture
def tray(bench: Bench) -> Tray:
    bench.target = tray = Tray()
    return tray


def test_what_is_due_goes_together_as_many_as_the_target_takes(bench: Bench, tray: Tray) -> None:
    bench.read(*PARTS)
    bench.work()
    assert set(bench.records().values()) == {"done"}
    assert [len(batch) for batch in tray.batches] == [3], "the fourth is alone, and goes as one alone does"
    assert sorted(tray.writes) == ["p0", "p1", "p2", "p3"]
    assert [bench.answers(f"p{number}") for number in range(4)] == [["accepted"]] * 4


def test_a_target_that_takes_one_at_a_time_gets_one_at_a_time(bench: Bench, tray: Tray) -> None:
    tray.most = 1
    bench.read(*PARTS)
    bench.work()
    assert (tray.batches, len(tray.writes)) == ([], 4)


def test_a_verdict_about_one_document_touches_that_document_only(bench: Bench, tray: Tray) -> None:
    tray.says = {"p0": Refused("Unknown unit."), "p1": NotYet("Not now."), "p2": AlreadyThere("p2 exists.")}
    tray.holds["p2"] = {"amount": "1.00"}
    tray.most = 4
    bench.read(*PARTS)
    bench.work(rounds=2)
    assert {key: state for (key, _), state in bench.records().items()} == {
        "p0": "dead", "p1": "mapped", "p2": "done", "p3": "done",
    }  # fmt: skip
    answers = [bench.answers(f"p{number}") for number in range(4)]
    assert answers == [["refused"], ["not sent"], ["adopted"], ["accepted"]]
    assert bench.rows("SELECT failures FROM connections WHERE name = 'b'") == [(0,)]


def test_what_was_not_decided_goes_alone_the_next_time(bench: Bench, tray: Tray) -> None:
    tray.says = {"p0": NotYet("Not now."), "p1": NotYet("Not now.")}
    bench.read({"part": "p0"}, {"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert len(tray.batches) == 1
    assert set(bench.records().values()) == {"done"}


def test_a_lost_answer_leaves_each_in_doubt_and_each_is_asked_about(bench: Bench, tray: Tray) -> None:
    tray.breaks = [LOST]
    tray.holds["p0"] = {"amount": "1.00"}  # it arrived
    bench.read({"part": "p0"}, {"part": "p1"})
    bench.work()
    assert [bench.record(key).hold for key in ("p0", "p1")] == ["retry", "retry"]
    assert bench.rows("SELECT failures FROM connections WHERE name = 'b'") == [(1,)], "one request, one failure"
    bench.due()
    bench.work()
    assert (tray.writes, len(tray.batches)) == (["p1"], 1)
    assert (bench.answers("p0"), bench.answers("p1")) == (["adopted"], ["not there", "accepted"])


def test_a_failure_of_many_counts_once_and_a_connection_in_trouble_is_asked_for_one(bench: Bench, tray: Tray) -> None:
    tray.breaks = [Unavailable("503")]
    bench.read(*PARTS)
    bench.work()
    assert len(tray.batches) == 1
    assert bench.rows("SELECT failures FROM connections WHERE name = 'b'") == [(0,)], "the fourth went alone, and well"


def test_a_request_to_slow_down_burns_no_tries(bench: Bench, tray: Tray) -> None:
    tray.breaks = [RateLimited("Slow down.", retry_after=7200)]
    bench.read(*PARTS[:3])
    bench.work()
    assert [bench.record(f"p{number}").tries for number in range(3)] == [0, 0, 0]
    assert bench.rows("SELECT pace FROM connections WHERE name = 'b'") == [(10.0,)], "slowed down once"


def test_a_mistake_of_ours_is_a_doubt_about_each(bench: Bench, tray: Tray) -> None:
    tray.breaks = [ZeroDivisionError()]
    bench.read(*PARTS[:2])
    bench.work()
    assert {bench.record(f"p{number}").hold for number in range(2)} == {"retry"}
    bench.due()
    bench.work()
    assert set(bench.records().values()) == {"done"}
    assert sorted(tray.writes) == ["p0", "p1"]


def test_a_worker_that_dies_counts_against_each_and_then_each_goes_alone(bench: Bench, tray: Tray) -> None:
    tray.breaks = [KeyboardInterrupt()]
    bench.read(*PARTS[:3])
    with pytest.raises(KeyboardInterrupt):
        bench.work()
    bench.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour'")
    assert bench.ledger.recovery.rescue(dt.timedelta(minutes=20)) == 3
    bench.world = bench.another_world()
    bench.work()
    assert set(bench.records().values()) == {"done"}
    assert (len(tray.batches), sorted(tray.writes)) == (1, ["p0", "p1", "p2"])


def test_what_goes_with_a_record_is_not_taken_for_forgotten_while_its_worker_is_busy(bench: Bench, tray: Tray) -> None:
    bench.read(*PARTS[:3])
    bench.work(rounds=1)
    first, *_ = [row.id for row in bench.rows("SELECT id FROM records ORDER BY due_at")]
    worker, rescued = bench.world.worker, []
    write = tray.write_many

    def slowly(documents: Sequence[Outgoing]) -> Sequence[Written | ConnectorError]:
        bench.execute("UPDATE records SET leased_at = leased_at - interval '1 minute'")
        for busy_with in ([first], []):
            bench.ledger.heartbeat(worker, host="test", pid=1, kind="worker", busy_with=busy_with)
            rescued.append(bench.ledger.recovery.rescue(dt.timedelta(minutes=20)))
        return write(documents)

    tray.write_many = slowly  # type: ignore[method-assign]
    load_records(bench.world, [first])
    assert rescued == [0, 3]


def test_of_a_connection_that_is_moved_between_two_of_them_only_what_goes_by_what_it_is_now_is_sent(
    bench: Bench, tray: Tray
) -> None:
    bench.read(*PARTS[:3])
    bench.work(rounds=1)
    first, *_ = [row.id for row in bench.rows("SELECT id FROM records ORDER BY due_at")]
    left = Tray()  # what the first of them has opened already
    sides = iter([left])
    bench.world = replace(bench.world, target=lambda _: next(sides, tray))
    load_records(bench.world, [first])
    assert (left.writes, left.batches, len(tray.writes)) == ([], [], 2)
    bench.due()
    bench.work()
    assert set(bench.records().values()) == {"done"}
    assert sorted(tray.writes) == ["p0", "p1", "p2"]


def test_a_refusal_slows_nobody_down_who_goes_by_a_later_version_of_the_connection(bench: Bench, tray: Tray) -> None:
    tray.breaks = [RateLimited("Slow down.", retry_after=60)]
    bench.read(*PARTS[:2])
    bench.work(rounds=1)
    first, *_ = [row.id for row in bench.rows("SELECT id FROM records ORDER BY due_at")]
    before, now = bench.rows("SELECT updated_at FROM connections WHERE name = 'b'")[0].updated_at, []

    def moved(_: object) -> object:
        bench.execute("UPDATE connections SET updated_at = clock_timestamp() WHERE name = 'b'")
        now.extend(bench.rows("SELECT updated_at FROM connections WHERE name = 'b'")[0])
        raise tray.breaks.pop()

    tray.write_many = moved  # type: ignore[method-assign, assignment]
    bench.world = replace(bench.world, opened=lambda _: now[0] if now else before)
    load_records(bench.world, [first])
    assert now
    assert bench.rows("SELECT pace FROM connections WHERE name = 'b'") == [(None,)]


def test_what_a_worker_that_slept_does_not_own_any_more_is_not_sent(bench: Bench, tray: Tray) -> None:
    bench.read(*PARTS[:3])
    bench.work(rounds=1)
    first, other, _ = bench.rows("SELECT id, source_key FROM records ORDER BY due_at")
    slept: list[bool] = []

    def sleepy(_: str) -> None:
        if not slept and bench.rows("SELECT FROM records WHERE id = :id AND lease_owner IS NOT NULL", id=other.id):
            slept.append(True)
            bench.hand.now += 60
            bench.execute("UPDATE records SET fence = fence + 1, lease_owner = NULL WHERE id = :id", id=other.id)

    bench.world = replace(bench.world, opened=sleepy)
    load_records(bench.world, [first.id])
    assert slept
    assert other.source_key not in tray.writes
    assert first.source_key in tray.writes
