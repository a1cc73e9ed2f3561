"""Who has done many of a flow at once fills the queues again, without waiting for beat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import StoreUnavailable
from connector.domain.identity import new_id
from connector.domain.journey import Step
from tasks.load import run as load
from tasks.map import run as map_
from tasks.process_state import PROCESS
from tasks.running import busy, done_with, more_taken
from tests.pipeline.conftest import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


@pytest.fixture
def bench(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(database_url)
    made.execute('UPDATE flows SET "window" = 2')
    monkeypatch.setattr(PROCESS, "_world", made.world)
    yield made
    made.ledger.close()


def read(bench: Bench, documents: int) -> list[UUID]:
    """Offer so many documents; returns those that are on the queue."""
    bench.read(*({"part": f"p{number}", "name": "bolt"} for number in range(documents)))
    return taken(bench, Step.MAP)


def taken(bench: Bench, step: Step) -> list[UUID]:
    """What has been sent to a step since it was looked at last."""
    found = [record_id for asked, record_id in bench.letters.steps if asked is step]
    bench.letters.steps.clear()
    return found


def test_what_drains_is_filled_again(bench: Bench) -> None:
    first = read(bench, 6)
    assert len(first) == 2
    map_(*map(str, first))
    assert taken(bench, Step.LOAD) == first, "they are still on a queue: there is no room for others"
    load(*map(str, first))
    second = taken(bench, Step.MAP)
    assert len(second) == 2
    assert not set(second) & set(first)


def test_the_heartbeat_says_what_a_step_has_taken_besides(bench: Bench) -> None:
    given, besides = read(bench, 6), [new_id(), new_id()]
    with busy("record", list(map(str, given))):
        more_taken(besides)
        assert PROCESS.busy_with == {*given, *besides}
        done_with(besides[:1])
        assert PROCESS.busy_with == {*given, *besides[1:]}
    assert PROCESS.busy_with == frozenset()


def test_one_alone_leaves_it_to_beat(bench: Bench) -> None:
    [one, _] = read(bench, 4)
    map_(str(one))
    load(str(one))
    assert taken(bench, Step.MAP) == []


def test_what_was_done_is_done_when_no_more_can_be_sent(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unable:
        def __getattr__(self, name: str) -> object:
            if name == "recovery":
                raise StoreUnavailable("The ledger cannot be used now.")
            return getattr(bench.ledger, name)

    first = read(bench, 4)
    monkeypatch.setattr(PROCESS, "_world", replace(bench.world, store=Unable()))
    map_(*map(str, first))
    assert load(*map(str, first)) == "parts (b) record.done x 2"
