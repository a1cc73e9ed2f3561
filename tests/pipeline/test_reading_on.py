"""A task that reads a piece goes on with those behind it: while one is written down, the next is being read."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import RateLimited, Unavailable
from connector.pipeline import pieces
from connector.pipeline.extract import GOES_ON_SECONDS, extract
from connector.pipeline.poll import poll
from tests.pipeline.doubles import FakeDetailedSource, Hand, Letters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from connector.domain.journey import Step
    from tests.pipeline.conftest import Bench

SIX = "abcdef"


@dataclass
class Source(FakeDetailedSource):
    """Says which documents were read."""

    read: list[str] = field(default_factory=list)

    def complete(self, entity: str, row: Any) -> Any:
        self.read.append(row.payload["part"])
        return super().complete(entity, row)


@pytest.fixture
def taken(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Two documents make a piece, two are read at a time; the pieces that a task says it takes besides its own."""
    monkeypatch.setattr(pieces, "MOST_DOCUMENTS", 2)
    told: list[UUID] = []
    bench.source = Source()
    bench.world = replace(bench.world, reads_at_once=lambda _: 2, takes_more=told.extend)
    return told


def listed(bench: Bench, names: str = SIX, *, flow: str = "parts") -> list[UUID]:
    """A run that has listed these documents; its pieces, in their order."""
    bench.source.batches = [[{"part": name} for name in names]]
    run = bench.run(flow)
    poll(bench.world, run)
    return [row.id for row in bench.rows("SELECT id FROM pieces WHERE run_id = :run ORDER BY keys", run=run)]


def kept(bench: Bench) -> str:
    return "".join(sorted(key for key, _ in bench.records()))


def test_while_one_piece_is_written_down_the_next_is_being_read(bench: Bench, taken: list[UUID]) -> None:
    begun = threading.Event()
    beside: list[bool] = []

    class Waiting(Letters):
        def step(self, step: Step, record_ids: Sequence[UUID]) -> None:
            beside.append(begun.wait(30))
            super().step(step, record_ids)

    first, *others = listed(bench)
    bench.source.reading = lambda part: part in "cdef" and begun.set()  # type: ignore[attr-defined]  # of the fake
    bench.world = replace(bench.world, dispatcher=Waiting())
    done = extract(bench.world, first)
    assert beside == [True] * 3
    assert set(taken) == set(others), "the heartbeat says so"
    assert done is not None
    assert (done.stored, kept(bench)) == (6, SIX)
    assert bench.rows("SELECT status FROM runs") == [("done",)]


def test_what_is_on_no_queue_is_taken_first(bench: Bench, taken: list[UUID]) -> None:
    """What is on a queue has a worker that comes for it."""
    first, second, third = listed(bench)
    for unsent, queued in ((second, third), (third, second)):
        bench.execute("UPDATE pieces SET queued_until = now() + interval '30 seconds', lease_owner = NULL")
        bench.execute("UPDATE pieces SET queued_until = NULL WHERE id = :id", id=unsent)
        with bench.ledger.unit() as unit:
            own = unit.pieces.claim(first, bench.world.worker)
            assert own is not None
            found = [unit.pieces.claim_next(own, bench.world.worker) for _ in range(3)]
            unit.commit()
        assert [one.piece_id if one else None for one in found] == [unsent, queued, None]


def alone(bench: Bench) -> None:
    bench.world = replace(bench.world, takes_more=None)


def one_at_a_time(bench: Bench) -> None:
    bench.world = replace(bench.world, reads_at_once=lambda _: 1)


def slowed(bench: Bench) -> None:
    bench.execute("UPDATE connections SET pace = 1000, next_slot_at = now() - interval '1 minute'")


def others_wait(bench: Bench) -> None:
    pieces_of_others = listed(bench, "xy", flow="orders")
    assert len(pieces_of_others) == 1


def others_crashed(bench: Bench) -> None:
    bench.execute("UPDATE pieces SET crashes = 1 WHERE NOT 'a' = ANY(keys)")


def others_were_tried(bench: Bench) -> None:
    bench.execute("UPDATE pieces SET tries = 1 WHERE NOT 'a' = ANY(keys)")


def others_are_taken(bench: Bench) -> None:
    worker = bench.another_world().worker
    bench.execute("UPDATE pieces SET lease_owner = :worker WHERE NOT 'a' = ANY(keys)", worker=worker)


def time_is_up(bench: Bench) -> None:
    def slow(_: str) -> None:
        bench.hand.now += GOES_ON_SECONDS + 1

    bench.source.reading = slow  # type: ignore[attr-defined]  # of the fake


@pytest.mark.parametrize(
    "reason",
    [alone, one_at_a_time, slowed, others_wait, others_crashed, others_were_tried, others_are_taken, time_is_up],
)
def test_a_task_takes_no_more_where(bench: Bench, taken: list[UUID], reason: Callable[[Bench], None]) -> None:
    first, *_ = listed(bench)
    reason(bench)
    done = extract(bench.world, first)
    assert done is not None
    assert (taken, done.stored, kept(bench)) == ([], 2, "ab")


@pytest.mark.parametrize("names", ["abc", "abcde"])
def test_a_document_that_is_alone_in_its_piece_is_held_alone(bench: Bench, taken: list[UUID], names: str) -> None:
    """It may be there because its like has crashed a worker: then nobody else is to be blamed with it."""
    *several, single = listed(bench, names)
    extract(bench.world, several[0])
    assert single not in taken
    extract(bench.world, single)
    assert kept(bench) == names


@pytest.mark.parametrize("error", [RateLimited("Slow down.", retry_after=90), Unavailable("503")])
def test_a_source_that_is_not_well_is_asked_for_no_more(bench: Bench, taken: list[UUID], error: Exception) -> None:
    first, *_ = listed(bench)
    bench.source.incomplete = {"a": error}
    done = extract(bench.world, first)
    assert done is not None
    assert (taken, done.left >= 1, done.why) == ([], True, str(error))
    assert set(bench.source.read) <= {"a", "b"}  # type: ignore[attr-defined]  # of the fake


def test_what_the_source_says_to_one_piece_counts_for_the_one_that_is_read_beside_it(
    bench: Bench, taken: list[UUID]
) -> None:
    """Of the piece beside it nothing more is read."""
    first, _ = listed(bench, "abcd")
    beside, told = threading.Event(), threading.Event()

    def reading(part: str) -> None:
        if part == "b":  # "a" is back, so that what is behind them has begun
            assert beside.wait(30)
            raise RateLimited("Slow down.", retry_after=90)
        if part == "c":
            beside.set()
            assert told.wait(30)

    class Telling(Letters):
        def step(self, step: Step, record_ids: Sequence[UUID]) -> None:
            told.set()  # the first piece is written down

    bench.source.reading = reading  # type: ignore[attr-defined]  # of the fake
    bench.world = replace(bench.world, dispatcher=Telling())
    extract(bench.world, first)
    assert (len(taken), kept(bench), sorted(bench.source.read)) == (1, "ac", [*"abc"])  # type: ignore[attr-defined]  # of the fake
    assert bench.rows("SELECT keys, lease_owner FROM pieces ORDER BY keys") == [(["b"], None), (["d"], None)]


def test_a_piece_that_somebody_else_has_by_now_takes_nothing_from_the_one_beside_it(
    bench: Bench, taken: list[UUID]
) -> None:
    first, *_ = listed(bench)
    bench.source.reading = lambda part: (
        part == "a"
        and bench.execute(  # type: ignore[attr-defined]  # of the fake
            "UPDATE pieces SET fence = fence + 1 WHERE 'a' = ANY(keys)"
        )
    )
    done = extract(bench.world, first)
    assert done is not None
    assert (done.stored, kept(bench)) == (4, "cdef")


def test_a_mistake_of_ours_between_two_pieces_ends_the_one_that_is_held_and_says_so(
    bench: Bench, taken: list[UUID]
) -> None:
    first, second = listed(bench, "abcd")

    class Failing(Hand):
        calls = 0

        def monotonic(self) -> float:
            self.calls += 1
            if threading.current_thread() is threading.main_thread() and self.calls > 2:
                raise ZeroDivisionError
            return 0.0

    done = extract(replace(bench.world, clock=Failing()), first)
    assert done is not None
    assert (done.failed, taken, kept(bench)) == (2, [], "")
    bench.execute("UPDATE pieces SET queued_until = NULL")
    assert bench.ledger.recovery.due_pieces(100) == [second]
    extract(bench.world, second)
    (run,) = bench.rows("SELECT status, error FROM runs")
    assert (kept(bench), run.status) == ("cd", "failed")
    assert "could not be read: a, b. " in run.error


def test_a_piece_that_cannot_be_opened_takes_nothing_from_the_one_beside_it(bench: Bench, taken: list[UUID]) -> None:
    first, second = listed(bench, "abcd")
    bench.execute("UPDATE pieces SET rows = 'nobody sealed this' WHERE id = :id", id=second)
    done = extract(bench.world, first)
    assert done is not None
    assert (done.stored, kept(bench), taken) == (2, "ab", [second])
    assert bench.rows("SELECT id, lease_owner, why <> '' AS waits FROM pieces") == [(second, None, True)]


def test_a_worker_that_dies_with_two_pieces_loses_neither(bench: Bench, taken: list[UUID]) -> None:
    first, second = listed(bench, "abcd")
    bench.source.reading = lambda part: part == "c" and _die()  # type: ignore[attr-defined]  # of the fake
    with pytest.raises(KeyboardInterrupt):
        extract(bench.world, first)
    assert taken == [second]
    bench.source.reading = lambda _: None  # type: ignore[attr-defined]  # of the fake
    bench.ledger.retire(bench.world.worker)
    bench.world = bench.another_world()
    for _ in range(4):
        bench.execute("UPDATE pieces SET queued_until = NULL, due_at = now()")
        for piece in bench.ledger.recovery.due_pieces(100):
            extract(bench.world, piece)
    assert kept(bench) == "abcd"
    assert bench.rows("SELECT status FROM runs") == [("done",)]


def _die() -> None:
    raise KeyboardInterrupt
