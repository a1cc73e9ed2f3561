from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.domain.record import KeyOwner, State
from tests import single
from tests.store.scene import ACTOR, AT, BURIED, MAPPED, RETRY, WAITS, done, in_state

if TYPE_CHECKING:
    from tests.store.scene import Scene


def test_a_claim_carries_everything_the_step_needs(scene: Scene) -> None:
    record_id = scene.read_one("INV-1", "content")
    before = dt.datetime.now(dt.UTC)
    claim = scene.held(record_id)
    assert (claim.flow, claim.source_connection, claim.target_connection) == ("invoices", "qad", "jaggaer")
    assert (claim.source_key, claim.version, claim.state, claim.tries) == ("INV-1", 1, State.EXTRACTED, 0)
    assert claim.source_payload is not None
    assert scene.vault.open(claim.source_payload, f"records:{record_id}:source") == b"content"
    assert before <= claim.claimed_at <= dt.datetime.now(dt.UTC)
    assert not claim.in_doubt
    assert claim.paused_for is None


def test_a_record_goes_where_its_flow_goes_whatever_its_row_says(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.change(
        "INSERT INTO integrations (id, name, kind, source_connection_id, target_connection_id) "
        "SELECT uuidv7(), 'planted', kind, target_connection_id, source_connection_id FROM integrations"
    )
    scene.change("UPDATE records SET integration_id = (SELECT id FROM integrations WHERE name = 'planted')")
    claim = scene.held(record_id)
    assert (claim.integration_id, claim.target_connection) == (scene.integration_id, "jaggaer")


def test_a_record_is_claimed_by_one_worker_at_a_time(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    assert scene.claim(record_id) is not None
    assert scene.claim(record_id) is None


def test_a_record_is_claimed_only_for_the_step_of_its_state(scene: Scene) -> None:
    assert scene.claim(scene.read_one("INV-1"), Step.LOAD) is None


def test_a_record_that_is_not_due_is_not_claimed(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.change("UPDATE records SET due_at = now() + interval '1 hour'")
    assert scene.claim(record_id) is None


def test_an_old_fence_changes_nothing(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    old = scene.held(record_id)
    assert scene.settle(old, in_state(RETRY, State.EXTRACTED))
    scene.make_due()
    newer = scene.held(record_id)
    assert newer.fence > old.fence
    assert not scene.settle(old, MAPPED)
    assert scene.send(old) is None
    assert scene.record(record_id).state == "extracted"
    assert scene.settle(newer, MAPPED)


def test_a_unit_left_without_commit_changes_nothing(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    with scene.ledger.unit() as unit:
        assert single.claim(unit, record_id, Step.MAP, scene.worker) is not None
    assert scene.record(record_id).lease_owner is None


def test_a_retry_counts_and_an_advance_forgets_the_tries(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    assert scene.settle(scene.held(record_id), in_state(RETRY, State.EXTRACTED))
    record = scene.record(record_id)
    assert (record.tries, record.hold, record.why) == (1, "retry", "503")
    assert record.queued_until is None
    assert record.due_at > record.updated_at
    scene.make_due()
    scene.map(record_id)
    record = scene.record(record_id)
    assert (record.state, record.tries, record.hold) == ("mapped", 0, None)
    assert record.queued_until is not None
    assert scene.payload(record_id, "target") is not None


def test_a_waiting_record_remembers_since_when(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    assert scene.settle(scene.held(record_id), WAITS)
    first = scene.record(record_id).waiting_since
    scene.make_due()
    claim = scene.held(record_id)
    assert claim.waiting_since == first
    assert scene.settle(claim, WAITS)
    record = scene.record(record_id)
    assert (record.waiting_since, record.gate, record.waits_for) == (first, WAITS.gate, ["link:suppliers:10"])
    scene.make_due()
    scene.map(record_id)
    assert scene.record(record_id).waiting_since is None


def test_an_end_is_an_end(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.finish(record_id)
    record = scene.record(record_id)
    assert (record.state, record.target_id, record.due_at, record.lease_owner) == ("done", "T1", None, None)
    assert record.finished_at is not None
    assert scene.claim(record_id, Step.LOAD) is None


def test_a_buried_record_leaves_an_open_dead_letter(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    assert scene.settle(scene.held(record_id), BURIED)
    [letter] = scene.ask("SELECT * FROM dead_letters")
    assert (letter.record_id, letter.code, letter.reason) == (record_id, "refused", "They said no.")
    assert letter.resolved_at is None


def test_words_that_postgres_refuses_are_replaced(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    hostile = replace(in_state(RETRY, State.EXTRACTED), why="nul \x00 and half a pair \ud800")
    assert scene.settle(scene.held(record_id), hostile)
    assert scene.record(record_id).why == "nul \ufffd and half a pair ?"


def test_an_attempt_that_was_never_answered_leaves_the_next_claim_in_doubt(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    _, claim = scene.sent(scene.held(record_id, Step.LOAD))
    assert scene.settle(claim, RETRY)
    scene.make_due()
    assert scene.held(record_id, Step.LOAD).in_doubt


@pytest.mark.parametrize(
    ("answer", "in_doubt"), [("unknown", True), ("refused", False), ("not sent", False), ("accepted", False)]
)
def test_only_an_unknown_answer_leaves_doubt(scene: Scene, answer: str, in_doubt: bool) -> None:  # noqa: FBT001
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    attempt, claim = scene.sent(scene.held(record_id, Step.LOAD))
    scene.answer(attempt, answer)
    assert scene.settle(claim, RETRY)
    scene.make_due()
    assert scene.held(record_id, Step.LOAD).in_doubt is in_doubt


def test_adoption_ends_the_doubt_of_the_document(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    _, claim = scene.sent(scene.held(record_id, Step.LOAD))
    assert scene.settle(claim, RETRY)
    scene.make_due()
    assert scene.settle(scene.held(record_id, Step.LOAD), done("T9"))
    [attempt] = scene.ask("SELECT answer, target_id FROM attempts")
    assert (attempt.answer, attempt.target_id) == ("adopted", "T9")
    newer = scene.read_one("INV-1", "second")
    scene.map(newer)
    assert not scene.held(newer, Step.LOAD).in_doubt


def test_a_later_try_closes_the_one_that_was_never_answered(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    _, claim = scene.sent(scene.held(record_id, Step.LOAD))
    assert scene.settle(claim, RETRY)
    scene.make_due()
    scene.sent(scene.held(record_id, Step.LOAD))
    assert [tuple(row) for row in scene.ask("SELECT number, answer FROM attempts ORDER BY number")] == [
        (1, "not there"),
        (2, None),
    ]


def test_two_documents_never_own_one_target_key(scene: Scene) -> None:
    first, second = scene.read_one("INV-1"), scene.read_one("INV-2")
    scene.map(first)
    scene.map(second)
    assert scene.send(scene.held(first, Step.LOAD), key="10|A1") is not None
    assert scene.send(scene.held(second, Step.LOAD), key="10|A1") is None
    with scene.ledger.unit() as unit:
        assert unit.attempts.owner_of(scene.invoices, "10|A1") == KeyOwner(source_key="INV-1", certain=False)


def test_a_loaded_document_does_not_become_a_second_one_under_a_new_key(scene: Scene) -> None:
    first = scene.read_one("INV-1", "one")
    scene.finish(first)
    newer = scene.read_one("INV-1", "two")
    scene.map(newer)
    assert scene.send(scene.held(newer, Step.LOAD), key="another number") is None


def test_a_refused_document_may_come_back_under_a_corrected_key(scene: Scene) -> None:
    first = scene.read_one("INV-1", "one")
    scene.map(first)
    attempt, claim = scene.sent(scene.held(first, Step.LOAD), key="wrong number")
    scene.answer(attempt, "refused")
    assert scene.settle(claim, BURIED)
    newer = scene.read_one("INV-1", "two")
    scene.map(newer)
    assert scene.send(scene.held(newer, Step.LOAD), key="right number") is not None


def test_what_the_target_holds_is_remembered_for_the_next_version(scene: Scene) -> None:
    scene.finish(scene.read_one("INV-1", "one"))
    newer = scene.read_one("INV-1", "two")
    scene.map(newer)
    assert scene.held(newer, Step.LOAD).loaded_fingerprint == "print"


def test_owning_ends_with_a_newer_claim(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    claim = scene.held(record_id)
    with scene.ledger.unit() as unit:
        assert unit.claims.owns(claim)
        single.settle(unit, claim, in_state(RETRY, State.EXTRACTED), actor=ACTOR, at=AT, target=None)
        assert not unit.claims.owns(claim)
