"""A step that loads many goes on with what waits behind them, so that its requests never run out; nobody is passed."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Unanswered, Unavailable
from connector.domain.exchange import Safety
from connector.domain.identity import new_id
from connector.pipeline import load
from connector.pipeline.load import load_records
from connector.pipeline.sending import ahead
from tests.pipeline.test_many import Moody, mapped, parts

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.exchange import Outgoing, Written
    from tests.pipeline.conftest import Bench

NAMES = [f"p{number}" for number in range(6)]
AT_ONCE = 4


@pytest.fixture
def target(bench: Bench) -> Moody:
    bench.target = moody = Moody()
    bench.world = replace(bench.world, writes_at_once=lambda _: AT_ONCE, takes_more=TAKEN.append)
    TAKEN.clear()
    return moody


#: what the step said that it took besides
TAKEN: list[list[UUID]] = []


@pytest.fixture
def waiting(bench: Bench, target: Moody) -> list[UUID]:
    """Six to be loaded, whose messages wait; in the order of their names."""
    assert target.writes == []
    ids = mapped(bench, *parts(*NAMES))
    bench.execute("UPDATE records SET queued_until = now() + interval '30 seconds'")
    return ids


def loaded(bench: Bench) -> list[str]:
    return sorted(key for (key, _), state in bench.records().items() if state == "done")


def test_what_waits_behind_goes_with_them(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    tally = load_records(bench.world, waiting[:2])
    assert tally.ended == {"record.done": len(waiting)}
    assert loaded(bench) == sorted(target.writes) == NAMES
    assert sorted(one for several in TAKEN for one in several) == sorted(waiting[2:]), "the heartbeat says so"


def test_what_was_taken_besides_and_has_ended_is_let_go(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    ended: set[UUID] = set()
    load_records(replace(bench.world, done_with=ended.update), waiting[:2])
    assert ended == set(waiting[2:])
    assert len(target.writes) == len(NAMES)


def test_what_is_taken_besides_is_held_among_others(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    seen: list[bool] = []

    def look(record_ids: list[UUID]) -> None:
        rows = bench.rows("SELECT among_others FROM records WHERE id = ANY(:ids)", ids=list(record_ids))
        seen.extend(row.among_others for row in rows)

    load_records(replace(bench.world, takes_more=look), waiting[:2])
    assert seen == [True] * 4
    assert len(target.writes) == len(NAMES)


def test_a_step_that_cannot_say_so_takes_no_more(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    load_records(replace(bench.world, takes_more=None), waiting[:2])
    assert len(target.writes) == 2


def test_one_alone_takes_no_more(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    load_records(bench.world, waiting[:1])
    assert target.writes == NAMES[:1]


def test_what_is_on_no_queue_waits_for_its_turn(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    bench.execute("UPDATE records SET queued_until = NULL WHERE id <> ALL(:ids)", ids=waiting[:4])
    load_records(bench.world, waiting[:2])
    assert sorted(target.writes) == NAMES[:4]


def test_what_has_to_go_alone_goes_alone(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    bench.execute("UPDATE records SET goes_alone = true WHERE id = :id", id=waiting[-1])
    load_records(bench.world, waiting[:2])
    assert sorted(target.writes) == NAMES[:5]


def test_what_is_tried_again_goes_with_the_others(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    target.lost = {name: Unanswered("Nobody knows.") for name in NAMES[-2:]}
    load_records(bench.world, waiting)
    more = mapped(bench, *parts("q1", "q2"))[-2:]
    bench.due()
    bench.execute("UPDATE connections SET failures = 0")
    bench.execute("UPDATE records SET queued_until = now() + interval '30 seconds' WHERE state = 'mapped'")
    load_records(bench.world, more)
    assert loaded(bench) == [*NAMES, "q1", "q2"]
    assert sorted(target.writes) == [*NAMES, "q1", "q2"], "they were asked about, and adopted"


def test_nobody_is_passed_whose_message_waits_in_another_flow(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    other = next(flow for flow in bench.flow_ids.values() if flow != bench.rows("SELECT flow_id FROM records")[0][0])
    bench.execute("UPDATE records SET flow_id = :flow WHERE id = :id", flow=other, id=waiting[-1])
    load_records(bench.world, waiting[:2])
    assert sorted(target.writes) == NAMES[:2]


def test_a_target_that_is_not_well_gets_no_more(
    bench: Bench, target: Moody, waiting: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.pipeline.sending.MOST_FAILURES", 1)
    target.finds = [Unavailable("It is not well.") for _ in NAMES]
    load_records(bench.world, waiting[:2])
    assert TAKEN == []


def test_it_does_not_go_on_for_ever(
    bench: Bench, target: Moody, waiting: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "GOES_ON", -load.GOES_ON)
    load_records(bench.world, waiting[:2])
    assert len(target.writes) == 2


def test_what_another_worker_has_is_left_to_it(bench: Bench, target: Moody, waiting: list[UUID]) -> None:
    bench.execute("UPDATE records SET lease_owner = :other WHERE id = :id", other=new_id(), id=waiting[-1])
    load_records(bench.world, waiting[:2])
    assert sorted(target.writes) == NAMES[:5]


def test_no_more_is_written_down_than_is_about_to_leave_while_others_are_on_their_way(
    bench: Bench, target: Moody
) -> None:
    target.kind, write, left, waiting = Safety.NATIVE_KEY, target.write, list[str](), list[int]()
    names, turns, go_on = [f"n{number:02}" for number in range(40)], list[int](), threading.Event()

    def slow(document: Outgoing) -> Written:
        left.append(document.key)
        so_far = len(left)
        waiting.append(bench.rows("SELECT count(*) FROM attempts")[0].count - so_far)
        if document.key not in {names[0], names[AT_ONCE]}:
            go_on.wait(30)
        return write(document)

    def turned() -> None:
        turns.append(len(left))
        if len(turns) == 2:  # one of the first is back, more were taken, and one of those is back
            go_on.set()

    target.write = slow  # type: ignore[method-assign]
    record_ids = mapped(bench, *parts(*names))
    bench.execute("UPDATE records SET queued_until = now() + interval '30 seconds'")
    load_records(replace(bench.world, getting_on=turned), record_ids[:AT_ONCE])
    assert loaded(bench) == sorted(left) == names
    assert max(waiting) < ahead(AT_ONCE)
