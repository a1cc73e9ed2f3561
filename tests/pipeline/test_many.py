"""Many records in one task: each ends as if it were alone, and what happens to one happens to no other."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    AlreadyThere,
    CredentialsRefused,
    NotYet,
    RateLimited,
    Refused,
    Unanswered,
    Unavailable,
)
from connector.domain.exchange import Safety, Written
from connector.domain.journey import STEP_OF, Step
from connector.pipeline import sending
from connector.pipeline.load import load_records
from connector.pipeline.map import map_records
from tests.pipeline.conftest import WORK, Bench
from tests.pipeline.doubles import FakeTarget
from tests.statements import counted

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.exchange import Outgoing

SLOTS = 4
SAFETIES = (Safety.ASK_FIRST, Safety.NATIVE_KEY)


@dataclass
class Moody(FakeTarget):
    """A target that has its own way with some documents; threads may call it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    #: raised instead of taking the document, or after it, once each
    instead: dict[str, Exception] = field(default_factory=dict)
    lost: dict[str, Exception] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    #: calls wait here for each other, as long as it is there
    meeting: threading.Barrier | None = None

    def write(self, document: Outgoing) -> Written:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.meeting is not None:
                self.meeting.wait(30)
            return self._taken(document)
        finally:
            with self.lock:
                self.at_once -= 1

    def _taken(self, document: Outgoing) -> Written:
        with self.lock:
            if error := self.instead.pop(document.key, None):
                raise error
            written = super().write(document)
            if error := self.lost.pop(document.key, None):
                raise error
        return written


@pytest.fixture
def moody(bench: Bench) -> Moody:
    bench.target = target = Moody()
    bench.world = replace(bench.world, writes_at_once=lambda _: SLOTS)
    return target


def parts(*names: str) -> list[dict[str, Any]]:
    return [{"part": name} for name in names]


def mapped(bench: Bench, *payloads: dict[str, Any]) -> list[UUID]:
    """Read them and map them together; in the order of their names."""
    bench.read(*payloads)
    map_records(bench.world, ids(bench))
    return ids(bench)


def ids(bench: Bench) -> list[UUID]:
    return [row.id for row in bench.rows("SELECT id FROM records ORDER BY source_key")]


def together(bench: Bench, rounds: int = 8) -> None:
    """Work like beat and a worker that takes everything at once, until nothing moves; time passes in between."""
    for _ in range(rounds):
        bench.due()
        bench.execute("UPDATE connections SET paused_until = NULL, failures = 0")
        steps: dict[Step, list[UUID]] = {}
        for due in bench.ledger.recovery.due_records(500):
            steps.setdefault(STEP_OF[due.state], []).append(due.record_id)
        if not steps:
            return
        for step, record_ids in steps.items():
            WORK[step](bench.world, record_ids)


@pytest.mark.parametrize("kind", SAFETIES)
def test_each_ends_as_its_target_says_and_no_neighbour_is_touched(bench: Bench, moody: Moody, kind: Safety) -> None:
    moody.kind = kind
    names = ("good", "refused", "later", "lost", "lost late", "differs", "there", "bug", "good too")
    moody.instead = {
        "refused": Refused("Unknown unit."),
        "later": NotYet("Not now."),
        "lost": Unanswered("No answer."),
        "bug": ZeroDivisionError(),
        "there": AlreadyThere("It is there."),
    }
    moody.lost = {"lost late": Unanswered("No answer.")}
    bench.read(*parts(*names), {"part": "broken", "broken": True}, {"part": "skip", "skip": True})
    map_records(bench.world, ids(bench))
    if kind is Safety.ASK_FIRST:
        moody.holds["differs"] = {"amount": "9.00"}
    moody.holds["there"] = {"amount": "1.00"}
    together(bench)
    assert {key: state for (key, _), state in bench.records().items()} == {
        "good": "done", "refused": "dead", "later": "done", "lost": "done", "lost late": "done",
        "differs": "dead" if kind is Safety.ASK_FIRST else "done", "there": "done", "bug": "done", "good too": "done",
        "broken": "dead", "skip": "skipped",
    }  # fmt: skip
    twice = [name for name in names if moody.writes.count(name) > 1]
    assert twice == []
    assert bench.answers("lost late")[-1] == "adopted"
    assert bench.answers("good") == ["accepted"]


def test_so_many_are_on_their_way_at_a_time_and_no_more(bench: Bench, moody: Moody) -> None:
    moody.kind = Safety.NATIVE_KEY
    moody.meeting = threading.Barrier(SLOTS)  # none of them gets on before so many are there
    load_records(bench.world, mapped(bench, *parts(*"abcdefgh")))
    assert set(bench.records().values()) == {"done"}
    assert moody.most_at_once == SLOTS


def test_two_that_want_one_key_do_not_both_get_it(bench: Bench, moody: Moody) -> None:
    load_records(bench.world, mapped(bench, {"part": "a", "number": "N"}, {"part": "b", "number": "N"}, {"part": "c"}))
    together(bench)
    assert moody.writes.count("N") == 1
    assert sorted(bench.records().values()) == ["dead", "done", "done"]
    assert list(bench.letters_of_the_dead().values()) == ["duplicate_key"]


def test_what_cannot_be_written_down_keeps_nothing_from_the_others(bench: Bench, moody: Moody) -> None:
    write = moody.write

    def with_a_number_that_postgres_refuses(document: Outgoing) -> Written:
        taken = write(document)
        return replace(taken, facts={"said": "\x00"}) if document.key == "odd" else taken

    moody.write = with_a_number_that_postgres_refuses  # type: ignore[method-assign]
    bench.read(*({"part": name, "doc": name} for name in ("a", "odd", "b")), flow="claims")
    bench.execute("UPDATE records SET acknowledged_at = now(), hold = NULL, due_at = now()")
    map_records(bench.world, ids(bench))
    load_records(bench.world, ids(bench))
    states = {row.source_key: row.state for row in bench.rows("SELECT source_key, state FROM records")}
    assert states == {"a": "loaded", "odd": "mapped", "b": "loaded"}


@pytest.mark.parametrize(
    ("error", "pace"), [(RateLimited("Slow down.", retry_after=60), 10.0), (CredentialsRefused("No."), None)]
)
def test_when_the_target_wants_to_be_left_alone_the_rest_is_not_tried(
    bench: Bench, moody: Moody, error: Exception, pace: float | None
) -> None:
    moody.kind = Safety.NATIVE_KEY
    record_ids = mapped(bench, *parts(*"abcdefgh"))
    bench.world = replace(bench.world, writes_at_once=lambda _: 1)
    moody.instead = {"c": error}
    load_records(bench.world, record_ids)
    assert moody.writes == ["a", "b"]
    assert [bench.record(name).tries for name in "cdefgh"] == [0] * 6
    assert [bench.answers(name) for name in "defgh"] == [[]] * 5, "nothing was written down that did not leave"
    assert bench.rows("SELECT pace FROM connections WHERE name = 'b'") == [(pace,)]


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 3), (6, 9)])
def test_no_more_is_written_down_than_is_about_to_leave(bench: Bench, moody: Moody, at_once: int, most: int) -> None:
    moody.kind, write, left, waiting = Safety.NATIVE_KEY, moody.write, list[str](), list[int]()

    def counted(document: Outgoing) -> Written:
        left.append(document.key)
        so_far = len(left)
        waiting.append(bench.rows("SELECT count(*) FROM attempts")[0].count - so_far)
        return write(document)

    moody.write = counted  # type: ignore[method-assign]
    record_ids = mapped(bench, *parts(*"abcdefghijklmnopqrst"))
    bench.world = replace(bench.world, writes_at_once=lambda _: at_once)
    load_records(bench.world, record_ids)
    assert sorted(moody.writes) == sorted(left)
    assert len(left) == len(record_ids)
    assert max(waiting) < most


def test_failures_in_a_row_end_it_and_single_ones_do_not(bench: Bench, moody: Moody) -> None:
    moody.kind = Safety.NATIVE_KEY
    record_ids = mapped(bench, *parts(*"abcdefghijkl"))
    bench.world = replace(bench.world, writes_at_once=lambda _: 1)
    moody.instead = {name: Unavailable("503") for name in "acefghijk"}
    load_records(bench.world, record_ids)
    assert moody.writes == ["b", "d"]
    assert [bench.record(name).tries for name in "efghi"] == [1] * 5, "these were tried"
    assert [bench.record(name).tries for name in "jkl"] == [0] * 3, "these were not"
    assert bench.rows("SELECT failures FROM connections WHERE name = 'b'") == [(sending.MOST_FAILURES,)]


def test_a_success_behind_a_failure_makes_it_a_single_one(bench: Bench, moody: Moody) -> None:
    moody.kind = Safety.NATIVE_KEY
    record_ids = mapped(bench, *parts(*"abc"))
    bench.world = replace(bench.world, writes_at_once=lambda _: 1)
    moody.instead = {"a": Unavailable("503")}
    load_records(bench.world, record_ids)
    assert bench.rows("SELECT failures FROM connections WHERE name = 'b'") == [(0,)]


def test_whose_turn_does_not_come_in_time_is_given_back(bench: Bench, moody: Moody) -> None:
    record_ids = mapped(bench, *parts(*"abc"))
    bench.world = replace(bench.world, writes_at_once=lambda _: 1)
    write = moody.write

    def slowly(document: Outgoing) -> Written:
        bench.hand.now += 2 * sending.TURN.total_seconds()
        return write(document)

    moody.write = slowly  # type: ignore[method-assign]
    load_records(bench.world, record_ids)
    assert moody.writes == ["a"]
    assert [(bench.record(name).state, bench.record(name).tries) for name in "bc"] == [("mapped", 0)] * 2


def test_a_crash_among_others_is_nobodys_fault_and_then_each_goes_alone(bench: Bench, moody: Moody) -> None:
    moody.kind = Safety.NATIVE_KEY
    record_ids = mapped(bench, *parts("a", "poison", "b"))
    poison = record_ids[2]

    def crash(among: list[UUID]) -> None:
        with pytest.raises(KeyboardInterrupt):
            load_records(bench.world, among)
        bench.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour'")
        bench.ledger.recovery.rescue(dt.timedelta(minutes=20))
        bench.world = replace(bench.another_world(), writes_at_once=lambda _: 1)

    bench.world = replace(bench.world, writes_at_once=lambda _: 1)
    moody.instead = {"a": KeyboardInterrupt()}  # type: ignore[dict-item]
    crash(record_ids)
    assert [row.crashes for row in bench.rows("SELECT crashes FROM records")] == [0, 0, 0]
    bench.due()
    assert all(due.goes_alone for due in bench.ledger.recovery.due_records(10))
    assert not load_records(bench.world, record_ids).ended, "not even when a message of before comes again"
    for crashes in (1, 2, 3):
        bench.due()
        moody.instead = {"poison": KeyboardInterrupt()}  # type: ignore[dict-item]
        crash([poison])
        assert bench.record("poison").crashes == crashes
    together_alone = [due.record_id for due in bench.ledger.recovery.due_records(10)]
    for record_id in together_alone:
        load_records(bench.world, [record_id])
    assert {key: state for (key, _), state in bench.records().items()} == {"a": "done", "poison": "dead", "b": "done"}
    assert bench.letters_of_the_dead() == {"poison": "worker_crashed"}


def test_many_cost_as_few_statements_as_one(bench: Bench, moody: Moody) -> None:
    moody.kind = Safety.NATIVE_KEY
    bench.read(*parts(*(f"p{number}" for number in range(40))))
    bench.world = replace(bench.world, writes_at_once=lambda _: 40)
    moody.meeting = threading.Barrier(40)  # so that all come back in one moment
    with counted(bench.ledger) as statements:
        map_records(bench.world, ids(bench))
        mapping = len(statements)
        load_records(bench.world, ids(bench))
    assert set(bench.records().values()) == {"done"}
    assert mapping <= 3
    assert len(statements) - mapping <= 30, "and not 160"
