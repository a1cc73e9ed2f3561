"""A worker process is killed at every point of every step, and nothing is lost, twice or stuck.

Points are not listed here: whatever commits, asks a system or sends a message passes one (`connector.points`), so a new
step has its points without being told. `make crash-points` does the same to every flow, with Celery's own workers.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.domain.journey import STEP_OF, Step
from connector.domain.record import State
from connector.points import COMMIT, MESSAGE
from tests.e2e.books import ADAPTIVE, INTERFACE
from tests.fire.mortals import mortals
from tests.journey.batches import Batches
from tests.journey.carrying import carry, differences, everything
from tests.journey.deaths import ALL_TROUBLES, EVERYWHERE, TROUBLES, Deaths, Victims
from tests.journey.works import CONNECTIONS, open_works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.embedded.redis import EmbeddedRedis
    from tests.fire.mortals import Mortals
    from tests.journey.works import Works

#: one for each direction documents travel in, because flows of one direction pass the same code
THERE_AND_BACK = "concur_expenses_to_qad"
FLOWS = ("qad_invoices_to_jaggaer", THERE_AND_BACK, "qad_orders_to_concur")
#: whose documents take a read each
EACH_READ = "qad_suppliers_to_jaggaer"
#: `make crash-points QAD=ee` does all of it to another interface of QAD
INSTEAD = {} if INTERFACE == ADAPTIVE else {ADAPTIVE: INTERFACE}


@pytest.fixture(scope="module")
def works(
    module_database_url: str, redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Works]:
    folder = tmp_path_factory.mktemp("mortal")
    with open_works(module_database_url, folder, documents=3, broker_url=redis_server.url(), instead=INSTEAD) as opened:
        everything(opened)
        yield opened
        everything(opened)
        assert differences(opened) == []


@pytest.fixture(scope="module")
def mortal(works: Works) -> Iterator[Mortals]:
    with mortals(works.application.settings) as born:
        yield born


def asking(system: str) -> str:
    """How a question begins; a QDoc is posted, whatever it is for."""
    return "POST " if system in INSTEAD else "GET "


@pytest.mark.parametrize("flow", FLOWS)
def test_whoever_dies_wherever_nothing_is_lost_nothing_is_twice_and_nothing_is_stuck(
    works: Works, mortal: Mortals, flow: str
) -> None:
    deaths, victims = Deaths(works), Victims(works, flow)

    deaths.of("poll", victims.run, mortal.poll, COMMIT, asking(registry.flow(flow).source.system), MESSAGE)
    carry(works, flow)
    deaths.of("map", lambda: victims.before(State.EXTRACTED), partial(mortal.step, Step.MAP), COMMIT)
    for state in (State.MAPPED, State.LOADED)[: 1 + registry.flow(flow).confirms]:
        all_of_them = EVERYWHERE or (flow == THERE_AND_BACK and state is State.MAPPED)
        for trouble in ALL_TROUBLES if all_of_them else TROUBLES:
            what, asks = f"{STEP_OF[state]} {trouble}", trouble == "reset-after" and state is State.MAPPED
            fresh, live = partial(victims.before, state, trouble), partial(mortal.step, STEP_OF[state])
            deaths.of(what, fresh, live, COMMIT, asking(registry.flow(flow).target.system) if asks else "POST ")


@pytest.mark.skipif(bool(INSTEAD), reason="the lists of this interface have its documents whole")
def test_whoever_dies_in_the_middle_of_a_piece_leaves_all_of_it_or_nothing(works: Works, mortal: Mortals) -> None:
    deaths, victims = Deaths(works), Victims(works, EACH_READ)
    source = registry.flow(EACH_READ).source.system

    # One after the other, so that they are read where the points of a process are.
    works.reconfigure(
        "UPDATE connections SET config = config || jsonb_build_object('most_requests_at_once', 1) WHERE name = :name",
        name=CONNECTIONS[source],
    )
    deaths.of("poll", victims.run, mortal.poll, COMMIT, asking(source), MESSAGE)
    works.extract(EACH_READ)
    deaths.of("extract", victims.piece, mortal.extract, COMMIT, asking(source), MESSAGE)
    carry(works, EACH_READ)
    assert works.rows("SELECT status, why, error FROM runs WHERE status <> 'done'") == []


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
