"""What is done for a few records looks at these, however many are under way, and whatever Postgres last counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.domain.record import ENDED, UNDER_WAY, State
from connector.domain.together import Settlement, Try
from connector.store.schema import conditions
from tests.privileged import vacuum
from tests.store.history import costly, lived_long
from tests.store.scene import ACTOR, AT, MAPPED, done

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.journey import Change
    from connector.domain.record import Claim
    from tests.store.scene import Scene

BACKLOG, TAKEN = 400, 10


@pytest.fixture
def backlog(scene: Scene) -> list[UUID]:
    """Many records that came after Postgres had counted, when all had ended."""
    lived_long(scene)
    scene.change("UPDATE records SET state = 'done', due_at = NULL, finished_at = now() WHERE state = 'extracted'")
    vacuum(scene.ledger)
    for table in ("records", "documents"):
        scene.alter(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    scene.read(*((f"INV-{number:04}", "one") for number in range(BACKLOG)))
    return [row.id for row in scene.ask("SELECT id FROM records WHERE source_key LIKE 'INV-0___' ORDER BY id")]


def test_the_words_for_what_has_not_ended_are_those_of_the_journey() -> None:
    assert f"state NOT IN ({', '.join(repr(str(state)) for state in ENDED)})" == conditions.NOT_ENDED
    assert {*ENDED, *UNDER_WAY} == set(State)


def settle(scene: Scene, claims: list[Claim], change: Change, target: bytes | None = None) -> None:
    with scene.ledger.unit() as unit:
        unit.outcomes.settle(
            [Settlement(claim=one, change=change, at=AT, target=target) for one in claims], actor=ACTOR
        )
        unit.commit()


def claimed(scene: Scene, records: list[UUID], step: Step) -> list[Claim]:
    with scene.ledger.unit() as unit:
        found = unit.claims.claim(records, step, scene.worker)
        unit.commit()
    assert len(found) == TAKEN
    return found


def test_claiming_trying_and_settling_look_at_no_other_records(scene: Scene, backlog: list[UUID]) -> None:
    assert len(backlog) == BACKLOG
    chosen = backlog[:TAKEN]

    def work(scene: Scene) -> None:
        settle(scene, claimed(scene, chosen, Step.MAP), MAPPED, b"sealed")
        claims = claimed(scene, chosen, Step.LOAD)
        with scene.ledger.unit() as unit:
            tries = [Try(claim=one, key=one.source_key, fingerprint="print", at=AT) for one in claims]
            opened = unit.attempts.open(tries, actor=ACTOR)
            unit.commit()
        settle(scene, [one.claim for one in opened.values() if one is not None], done())

    assert costly(scene, work) == {}
    assert {scene.record(one).state for one in chosen} == {"done"}
