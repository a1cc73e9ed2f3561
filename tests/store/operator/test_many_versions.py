"""A document that changed hundreds of times, in a ledger that has worked for long: its history is not walked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.gate import LinkNeed, Needs
from connector.domain.journey import Step
from connector.store import operator as ledger
from tests.scale.filling import AWAITED, OFTEN_CHANGED
from tests.store.history import HISTORY, WAITING, costly, worn_out
from tests.store.scene import BURIED, WAITS, done

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from connector.domain.record import Claim
    from tests.store.scene import Scene


def test_reading_the_next_version_does_not_walk_those_before_it(worn: Scene) -> None:
    assert costly(worn, lambda scene: scene.read((OFTEN_CHANGED, "the next"))) == {}
    assert costly(worn, lambda scene: scene.read((OFTEN_CHANGED, "and the one after it"))) == {}


def test_the_journey_of_the_next_version_does_not_walk_those_before_it(worn: Scene) -> None:
    record_id = worn.read((OFTEN_CHANGED, "a journey"))[0]
    sent: list[tuple[UUID, Claim]] = []
    assert costly(worn, lambda scene: scene.map(record_id)) == {}
    assert costly(worn, lambda scene: sent.append(scene.sent(scene.held(record_id, Step.LOAD)))) == {}
    [(attempt, claim)] = sent
    assert costly(worn, lambda scene: scene.answer(attempt, "accepted", target_id="T", loaded="x")) == {}
    assert costly(worn, lambda scene: scene.settle(claim, done("T"))) == {}


def found(tx: ledger.transaction.OperatorTransaction, doubt: ledger.doubt.Doubt) -> None:
    ledger.doubt.is_there(tx, doubt, target_id="T")


def not_found(tx: ledger.transaction.OperatorTransaction, doubt: ledger.doubt.Doubt) -> None:
    ledger.doubt.is_not_there(tx, doubt.record_id)


@pytest.mark.parametrize("answers", [found, not_found])
def test_answering_for_its_last_attempt_does_not_walk_those_before_it(
    worn: Scene, answers: Callable[[ledger.transaction.OperatorTransaction, ledger.doubt.Doubt], None]
) -> None:
    record_id = worn.read((OFTEN_CHANGED, f"in doubt: {answers}"))[0]
    worn.map(record_id)
    _, claim = worn.sent(worn.held(record_id, Step.LOAD))

    def answered(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            assert ledger.doubt.lock(tx, record_id)[-1].record.record_id == record_id
            doubt = ledger.doubt.of(tx, record_id)
            assert doubt is not None
            answers(tx, doubt)
            assert ledger.doubt.of(tx, record_id) is None

    assert costly(worn, answered) == {}
    assert worn.settle(claim, BURIED)


def test_the_next_version_settles_one_that_was_refused_without_walking_other_versions_or_others_that_were(
    worn: Scene,
) -> None:
    worn.change("UPDATE records SET state = 'dead' WHERE source_key LIKE 'OLD-1___'")
    refused = worn.read((OFTEN_CHANGED, "refused"))[0]
    assert worn.settle(worn.held(refused), BURIED)
    record_id = worn.read((OFTEN_CHANGED, "accepted"))[0]
    worn.map(record_id)
    attempt, claim = worn.sent(worn.held(record_id, Step.LOAD))
    worn.answer(attempt, "accepted", target_id="T")
    assert costly(worn, lambda scene: scene.settle(claim, done("T"))) == {}
    assert worn.record(refused).state == "superseded"


def test_what_waits_for_it_does_not_walk_its_versions(worn: Scene) -> None:
    waiter = worn.read(("10", "one"), flow=worn.suppliers)[0]
    needs = Needs(links=(LinkNeed(flow="invoices", key=OFTEN_CHANGED),))

    def looks_and_waits(scene: Scene) -> None:
        claim = scene.held(waiter)
        with scene.ledger.unit() as unit:
            unit.links.known(scene.integration_id, needs)
        assert scene.settle(claim, replace(WAITS, waits_for=(f"link:invoices:{OFTEN_CHANGED}",)))

    assert costly(worn, looks_and_waits) == {}
    assert costly(worn, lambda scene: scene.ledger.recovery.release_missed(), most=4 * WAITING) == {}


def test_looking_at_it_does_not_walk_its_versions(worn: Scene) -> None:
    newest = worn.ask("SELECT max(id::text) AS id FROM records WHERE source_key = :key", key=OFTEN_CHANGED)[0].id

    def looks(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            assert len(ledger.listing.list_(tx, ledger.records.Filter(key=OFTEN_CHANGED, most=20))) == 20
            assert ledger.records.by_id(tx, newest).source_key == OFTEN_CHANGED
            ledger.records.attempts(tx, newest)

    assert costly(worn, looks) == {}


def test_an_arrival_for_half_of_the_ledger_does_not_read_the_other_half(scene: Scene) -> None:
    worn_out(scene, waiting=HISTORY // 2)
    awaited = scene.read((AWAITED, "one"), flow=scene.suppliers)[0]
    assert costly(scene, lambda scene: scene.finish(awaited)) == {}
    assert costly(scene, lambda scene: scene.ledger.recovery.release_more()) == {}


def test_an_arrival_does_not_read_what_has_been_done(worn: Scene) -> None:
    awaited = worn.read((AWAITED, "one"), flow=worn.suppliers)[0]
    assert costly(worn, lambda scene: scene.finish(awaited)) == {}
    assert costly(worn, lambda scene: scene.ledger.recovery.release_more()) == {}
