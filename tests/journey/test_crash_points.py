"""A worker process is killed at every point of every step, and nothing is lost, twice or stuck.

Points are not listed here: whatever commits, asks a system or sends a message passes one (`connector.points`), so a new
step has its points without being told. `make crash-points` does the same to every flow, with Celery's own workers.
"""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.journey import STEP_OF, Step
from connector.domain.record import State
from connector.points import COMMIT, MESSAGE
from tests.fire.mortals import mortals
from tests.journey.batches import Batches
from tests.journey.carrying import carry, differences, everything
from tests.journey.works import WRITES, open_works

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from connector.embedded.redis import EmbeddedRedis
    from tests.fire.mortals import Mortals
    from tests.journey.works import Works

#: one for each direction documents travel in, because flows of one direction pass the same code
THERE_AND_BACK = "concur_expenses_to_qad"
FLOWS = ("qad_invoices_to_jaggaer", THERE_AND_BACK, "qad_orders_to_concur")
#: what else happens: nothing; the answer to the try before was lost on its way back
TROUBLES = ("", "reset-after")
#: the same, and: the request before was lost on its way there; a token is refused and fetched anew. What one flow
#: writes passes the code of all, so `make test` leaves the others alone, and what that flow tells its source.
ALL_TROUBLES = (*TROUBLES, "reset-before", "401")
#: `make crash-points` asked for it
EVERYWHERE = "CRASH_POINTS" in os.environ


@pytest.fixture(scope="module")
def works(
    module_database_url: str, redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Works]:
    folder = tmp_path_factory.mktemp("mortal")
    with open_works(module_database_url, folder, documents=3, broker_url=redis_server.url()) as opened:
        everything(opened)
        yield opened
        everything(opened)
        assert differences(opened) == []


@pytest.fixture(scope="module")
def mortal(works: Works) -> Iterator[Mortals]:
    with mortals(works.application.settings) as born:
        yield born


@dataclass
class Victims:
    """Documents of one flow, each for one death."""

    works: Works
    flow: str
    _used: set[UUID] = field(default_factory=set)

    def run(self) -> UUID:
        """A run that has something to find."""
        self._more(1)
        return self.works.queue(self.flow)

    def before(self, state: State, trouble: str = "") -> UUID:
        """A record in this state that nobody has tried to bring further, or who tried was in this trouble."""
        while True:
            for record_id in self.works.under_way(self.flow, State.EXTRACTED):
                if record_id not in self._used and self._reaches(record_id, state):
                    self._make(trouble, record_id)
                    return record_id
            self._more(12)
            for flow in registry.flow(self.flow).after:  # what they depend on is in the target
                carry(self.works, flow)
            self.works.read(self.flow)

    def _more(self, documents: int) -> None:
        self.works.source_of(self.flow).add_documents({"generate": {registry.flow(self.flow).source.entity: documents}})

    def _reaches(self, record_id: UUID, state: State) -> bool:
        """Whether nothing holds it up: some wait for others, and some are none of the flow's business."""
        self._used.add(record_id)
        while (record := self.works.record(record_id)).state != state.value:
            if record.hold or record.state not in STEP_OF:
                return False
            self.works.step(record_id)
        return not record.hold

    def _make(self, trouble: str, record_id: UUID) -> None:
        told = self.works.source_of if self.works.record(record_id).state == State.LOADED else self.works.target_of
        if trouble == "401":
            told(self.flow).set_faults({"kind": "401", "count": 1})
        elif trouble:
            with self.works.weather(told(self.flow), trouble, *WRITES):
                self.works.step(record_id)
            self.works.calm(record_id)


@dataclass
class Deaths:
    """One death at each point of a life; after each somebody else goes on."""

    works: Works
    #: by what was being done, in the order they were passed
    points: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def of(self, what: str, fresh: Callable[[], Any], live: Callable[[Any, int], str | None], *ways: str) -> None:
        """Lives until somebody died before and after each of these ways of having an effect.

        What a death left behind may move the points of the next life: whom this spared dies on the way back, or on one
        of the next ways.
        """
        last = next(number for number in itertools.count(1) if not self._dies(what, live(fresh(), number)))
        for number in (*range(last, 0, -1), *range(1, last + 3), *range(last + 2, 0, -1)):
            if self._were(what, *ways):
                return
            self._dies(what, live(fresh(), number))
        assert self._were(what, *ways), f"Nobody died before and after each of {ways}, but: {self.points[what]}"

    def _dies(self, what: str, point: str | None) -> bool:
        self.works.rescue()
        if point is not None:
            self.points[what].append(point)
        return point is not None

    def _were(self, what: str, *ways: str) -> bool:
        """Whether somebody died before and after each of these ways of having an effect."""
        return all(
            any(f"{side} {way}" in point for point in self.points[what]) for side in ("before", "after") for way in ways
        )


@pytest.mark.parametrize("flow", FLOWS)
def test_whoever_dies_wherever_nothing_is_lost_nothing_is_twice_and_nothing_is_stuck(
    works: Works, mortal: Mortals, flow: str
) -> None:
    deaths, victims = Deaths(works), Victims(works, flow)

    deaths.of("poll", victims.run, mortal.poll, COMMIT, "GET ", MESSAGE)
    carry(works, flow)
    deaths.of("map", lambda: victims.before(State.EXTRACTED), partial(mortal.step, Step.MAP), COMMIT)
    for state in (State.MAPPED, State.LOADED)[: 1 + registry.flow(flow).confirms]:
        all_of_them = EVERYWHERE or (flow == THERE_AND_BACK and state is State.MAPPED)
        for trouble in ALL_TROUBLES if all_of_them else TROUBLES:
            what, asks = f"{STEP_OF[state]} {trouble}", trouble == "reset-after" and state is State.MAPPED
            fresh, live = partial(victims.before, state, trouble), partial(mortal.step, STEP_OF[state])
            deaths.of(what, fresh, live, COMMIT, "GET " if asks else "POST ")


def test_whoever_dies_with_a_batch_in_their_hands_leaves_each_of_it_to_somebody_else(
    works: Works, mortal: Mortals
) -> None:
    deaths, batches = Deaths(works), Batches(works)
    with batches.together():
        deaths.of("together", batches.next, partial(mortal.step, Step.LOAD), COMMIT, "GET ", "POST ")
        batches.next()
    assert any("/bulk" in point for point in deaths.points["together"])
    assert sum(f"before {COMMIT}" in point for point in deaths.points["together"]) >= 4, (
        "each of two is claimed and settled by itself"
    )


def test_a_beat_that_dies_anywhere_leaves_everything_to_the_next_one(works: Works, mortal: Mortals) -> None:
    deaths, victims = Deaths(works), Victims(works, "concur_expenses_to_qad")

    def something_due() -> int:
        """A flow to fire, a record to send, and a claim of a dead worker."""
        works.execute("UPDATE flows SET next_due_at = 'infinity'")
        works.execute("UPDATE flows SET next_due_at = now() WHERE name = :name", name=victims.flow)
        due, held = victims.before(State.MAPPED), victims.before(State.MAPPED)
        works.calm(due)
        works.die_holding(held)
        return 0

    deaths.of("beat", something_due, lambda _, number: mortal.beat(number), COMMIT, MESSAGE)
    assert works.queued(victims.flow), "it was due"
    assert works.rows("SELECT id FROM records WHERE lease_owner IS NOT NULL") == []
