"""Everybody locks in one order, so nobody's transaction is undone for another's."""

from __future__ import annotations

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.errors import StoreConflict
from connector.store import operator
from connector.store.ledger import Ledger
from connector.store.operator.transaction import transaction
from connector.store.postgres.retrying import MOST_CONFLICTS, insisting
from tests.store.scene import ACTOR, BURIED
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from tests.store.scene import Scene

DOCUMENTS = 60
ROUNDS = 25
LOCK = sa.text("UPDATE records SET tries = tries + 1 WHERE id = :id")
KEYS = [f"INV-{number}" for number in range(DOCUMENTS)]


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    opened = Ledger(database_url, pool_size=8)
    yield opened
    opened.close()


def at_once(*works: Callable[[int], None]) -> None:
    """Each of these does its rounds in a thread of its own."""

    def rounds(work: Callable[[int], None]) -> None:
        for number in range(ROUNDS):
            work(number)

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(rounds, work) for work in works]:
            done.result()


def shuffled(seed: int) -> list[str]:
    return random.Random(seed).sample(KEYS, DOCUMENTS)  # noqa: S311 - a repeatable choice


def test_a_poll_and_a_bulk_requeue(scene: Scene) -> None:
    scene.read(*((key, "first") for key in shuffled(1)))

    def poll(number: int) -> None:
        scene.read(*((key, f"content {number}") for key in KEYS))

    def requeue(_: int) -> None:
        with transaction(scene.ledger, actor=ACTOR) as tx:
            operator.dead_letters.lock(
                tx, operator.dead_letters.open_ids(tx, operator.dead_letters.Filter(), after=None, most=DOCUMENTS)
            )

    for record in scene.ask("SELECT id FROM records ORDER BY source_key DESC"):  # letters in another order than keys
        scene.settle(scene.held(record.id), BURIED)
    at_once(poll, requeue, requeue)


def test_two_acknowledgements_with_different_verdicts(scene: Scene) -> None:
    scene.read(*((key, "first") for key in KEYS))

    scene.change("UPDATE records SET hold = 'source'")
    seeds = itertools.count()

    def acknowledge(_: int) -> None:
        keys = shuffled(next(seeds))
        with scene.ledger.unit() as unit:  # and rolled back
            unit.extraction.acknowledged(scene.invoices, keys, dict.fromkeys(keys[:20], "recalled"), actor=ACTOR)

    at_once(acknowledge, acknowledge, acknowledge)


def test_what_was_undone_all_the_same_is_done_again_and_not_for_ever() -> None:
    left = [MOST_CONFLICTS - 1]

    def conflicts() -> str:
        if left[0]:
            left[0] -= 1
            raise StoreConflict("undone (a test)")
        return "done"

    assert insisting(conflicts) == "done"
    left[0] = MOST_CONFLICTS
    with pytest.raises(StoreConflict):
        insisting(conflicts)


def test_a_deadlock_undoes_one_of_two_and_both_are_done_in_the_end(scene: Scene) -> None:
    records = [scene.read_one("INV-1"), scene.read_one("INV-2")]
    met, undone = threading.Barrier(2, timeout=HANG_SECONDS), []

    def cross(first: UUID, second: UUID) -> None:
        tries = itertools.count()

        def attempt() -> None:
            with scene.ledger.begin() as connection:
                connection.execute(LOCK, {"id": first})
                if next(tries) == 0:
                    met.wait()
                else:
                    undone.append(first)
                connection.execute(LOCK, {"id": second})

        insisting(attempt)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(cross, *records), pool.submit(cross, *reversed(records))]:
            done.result()
    assert undone
    assert [row.tries for row in scene.ask("SELECT tries FROM records")] == [2, 2]
