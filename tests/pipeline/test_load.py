from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    CredentialsRefused,
    PermissionMissing,
    RateLimited,
    Refused,
    Unanswered,
    Unavailable,
)
from connector.domain.exchange import Safety
from connector.domain.journey import MOST_TRIES
from connector.operations.work import records
from connector.pipeline.load import load_records
from connector.store.operator.records import Filter

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing, Written
    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench

LOST = Unanswered("The target did not answer.")


def test_a_document_reaches_the_target_once_and_is_linked(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.work()
    assert bench.records() == {("p1", 1): "done"}
    assert bench.target.writes == ["p1"]
    assert bench.rows("SELECT target_id, loaded_version FROM documents") == [("T-p1", 1)]
    assert bench.answers("p1") == ["accepted"]


@pytest.mark.parametrize("safety", [Safety.ASK_FIRST, Safety.NATIVE_KEY])
def test_a_lost_answer_is_asked_about_and_what_is_found_is_adopted(bench: Bench, safety: Safety) -> None:
    bench.target.kind = safety
    bench.target.after = [LOST]
    bench.read({"part": "p1"})
    bench.work()
    assert bench.record("p1").hold == "retry"
    bench.due()
    bench.work()
    assert bench.records() == {("p1", 1): "done"}
    assert bench.target.writes == ["p1"]
    assert bench.rows("SELECT target_id FROM documents") == [("T-p1",)]


def test_a_write_that_never_arrived_is_sent_again_only_after_asking(bench: Bench) -> None:
    bench.target.kind = Safety.NATIVE_KEY
    bench.target.before = [LOST]
    bench.read({"part": "p1"})
    bench.work()
    asked = bench.target.asked
    bench.due()
    bench.work()
    assert bench.target.asked == asked + 1
    assert bench.target.writes == ["p1"]
    assert bench.answers("p1") == ["not there", "accepted"]


def test_a_worker_that_died_after_sending_leaves_a_doubt_that_is_asked_about(bench: Bench) -> None:
    bench.target.kind = Safety.NATIVE_KEY
    bench.target.after = [KeyboardInterrupt()]  # type: ignore[list-item]  # as SIGKILL: nothing is written down after it
    bench.read({"part": "p1"})
    with pytest.raises(KeyboardInterrupt):
        bench.work()
    bench.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour'")
    assert bench.ledger.recovery.rescue(dt.timedelta(minutes=20)) == 1
    assert bench.record("p1").crashes == 1
    bench.world = bench.another_world()
    bench.work()
    assert bench.records() == {("p1", 1): "done"}
    assert bench.target.writes == ["p1"]


def test_a_target_that_cannot_be_asked_gets_a_person_not_a_second_post(bench: Bench) -> None:
    bench.target.kind = Safety.NONE
    bench.target.after = [LOST]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}
    (letter,) = bench.rows("SELECT suggestion FROM dead_letters")
    assert letter.suggestion.startswith(
        "Search the target for p1. Then say what you found: `dead settle ID --there NUMBER`"
    )


def test_a_target_whose_silence_proves_nothing_is_asked_and_then_gets_a_person(bench: Bench) -> None:
    bench.target.kind, bench.target.before = Safety.TOLD, [LOST, None]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert bench.target.writes == []
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}
    (letter,) = bench.rows("SELECT reason FROM dead_letters")
    assert "nothing was heard of it" in letter.reason


def test_what_is_heard_of_late_is_adopted(bench: Bench) -> None:
    bench.target.kind, bench.target.after = Safety.TOLD, [LOST]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.records() == {("p1", 1): "done"}


def test_what_was_taken_with_a_warning_is_listed_for_a_person(bench: Bench, operator: Operator) -> None:
    taking = bench.target.write
    bench.target.write = lambda document: replace(  # type: ignore[method-assign]
        taking(document), warning="a field is not used" if document.key == "p2" else ""
    )
    bench.read({"part": "p1"}, {"part": "p2"}, {"part": "p3"})
    bench.work()
    [warned] = records.list_(operator, Filter(warned=True))
    assert (warned.source_key, warned.why) == ("p2", "accepted with warnings: a field is not used")
    [attempt] = records.get(operator, warned.id).attempts
    assert attempt.warning == "a field is not used"
    assert records.list_(operator, Filter(warned=True, state="dead")) == []
    assert len(records.list_(operator, Filter())) == 3


def test_what_the_target_does_not_show_is_compared_with_what_was_sent(bench: Bench) -> None:
    bench.target.unseen, bench.target.after = "its lines", [LOST]
    bench.read({"part": "p1"})
    bench.work()
    bench.read({"part": "p1", "amount": "2.00"})
    bench.due()
    bench.work()
    assert bench.records() == {("p1", 1): "done", ("p1", 2): "dead"}
    assert bench.target.writes == ["p1"]
    assert bench.letters_of_the_dead() == {"p1": "differs_in_target"}


def test_a_refusal_becomes_a_dead_letter_in_the_targets_own_words(bench: Bench) -> None:
    bench.target.before = [Refused("Unknown supplier id.")]
    bench.read({"part": "p1"}, {"part": "p2"})
    bench.work()
    assert sorted(bench.records().values()) == ["dead", "done"]
    assert bench.rows("SELECT reason FROM dead_letters") == [("Unknown supplier id.",)]
    assert sorted(bench.answers("p1") + bench.answers("p2")) == ["accepted", "refused"]


def test_two_documents_with_one_number_are_never_both_sent(bench: Bench) -> None:
    bench.read({"part": "p1", "number": "INV-1"}, {"part": "p2", "number": "INV-1"})
    bench.work()
    assert sorted(bench.records().values()) == ["dead", "done"]
    assert list(bench.letters_of_the_dead().values()) == ["duplicate_key"]
    assert bench.target.writes == ["INV-1"]
    (reason,) = bench.rows("SELECT reason FROM dead_letters")[0]
    assert reason.startswith(("p1, another document", "p2, another document"))


def test_a_document_that_changes_its_number_is_not_sent_as_a_second_one(bench: Bench) -> None:
    bench.read({"part": "p1", "number": "INV-1"})
    bench.work()
    bench.read({"part": "p1", "number": "INV-2", "amount": "2.00"})
    bench.work()
    assert bench.letters_of_the_dead() == {"p1": "key_changed"}
    assert bench.target.writes == ["INV-1"]


def test_a_rate_limit_slows_every_record_of_the_connection_and_burns_no_tries(bench: Bench) -> None:
    bench.target.before = [RateLimited("Slow down.", retry_after=7200)]
    bench.read({"part": "p1"}, {"part": "p2"})
    bench.work()
    assert bench.target.writes == []
    assert bench.record("p1").tries == 0
    assert bench.record("p1").due_at - bench.record("p1").updated_at > dt.timedelta(minutes=90)
    (paused,) = bench.rows("SELECT paused_until - paced_at AS asked FROM connections WHERE name = 'b'")
    assert dt.timedelta(minutes=90) < paused.asked <= dt.timedelta(hours=2)


def test_failures_in_a_row_open_the_breaker_and_a_success_closes_it(bench: Bench) -> None:
    bench.target.before = [Unavailable("503")] * 8
    bench.read(*({"part": f"p{number}"} for number in range(8)))
    bench.work()
    tried = 8 - len(bench.target.before)
    assert tried < 8
    assert sum(row.tries for row in bench.rows("SELECT tries FROM records")) == tried
    bench.target.before.clear()
    for _ in range(5):
        bench.execute("UPDATE connections SET paused_until = NULL")
        bench.due()
        bench.work()
    assert set(bench.records().values()) == {"done"}
    assert bench.rows("SELECT failures FROM connections WHERE name = 'b'") == [(0,)]


def test_refused_credentials_stop_the_connection_and_lose_nothing(bench: Bench) -> None:
    bench.target.before = [CredentialsRefused("b does not accept the stored password; run `connection rotate b`.")]
    bench.execute("UPDATE connections SET updated_at = now() - interval '1 hour'")
    bench.read({"part": "p1"}, {"part": "p2"})
    bench.work()
    (stopped,) = bench.rows("SELECT stopped_why FROM connections WHERE name = 'b'")
    assert "connection rotate b" in stopped.stopped_why
    assert set(bench.records().values()) == {"mapped"}
    bench.execute("UPDATE connections SET stopped_why = NULL")
    bench.due()
    bench.work()
    assert set(bench.records().values()) == {"done"}


@pytest.mark.parametrize("replaced", [True, False])
def test_a_refusal_of_credentials_that_were_replaced_meanwhile_stops_nothing(bench: Bench, *, replaced: bool) -> None:
    (row,) = bench.rows("SELECT updated_at FROM connections WHERE name = 'b'")
    bench.world = replace(bench.world, opened=lambda _: row.updated_at)
    if replaced:  # after the request has left, before its refusal is written down
        bench.execute("UPDATE connections SET updated_at = clock_timestamp() WHERE name = 'b'")
    bench.target.before = [CredentialsRefused("b does not accept the stored password; run `connection rotate b`.")]
    bench.read({"part": "p1"})
    bench.work()
    (connection,) = bench.rows("SELECT stopped_why FROM connections WHERE name = 'b'")
    assert (connection.stopped_why is None) is replaced
    assert bench.record("p1").hold == "connection", "and it is tried again"


def test_a_missing_permission_holds_its_records_and_not_the_whole_connection(bench: Bench) -> None:
    bench.target.before = [PermissionMissing("b lets this user not write parts.")]
    bench.read({"part": "p1"}, {"part": "p2"})
    bench.work()
    assert sorted(bench.records().values()) == ["done", "mapped"]
    assert [row.hold for row in bench.rows("SELECT hold FROM records WHERE state = 'mapped'")] == ["connection"]


def test_a_target_that_stays_broken_ends_in_a_dead_letter_that_can_be_requeued(bench: Bench) -> None:
    bench.target.kind = Safety.NATIVE_KEY
    bench.target.before = [Unavailable("503")] * MOST_TRIES
    bench.read({"part": "p1"})
    for _ in range(MOST_TRIES + 1):
        bench.execute("UPDATE connections SET paused_until = NULL")
        bench.work()
        bench.due()
    assert bench.letters_of_the_dead() == {"p1": "retries_exhausted"}


def test_a_mistake_of_ours_after_sending_is_a_doubt_not_a_second_post(bench: Bench) -> None:
    bench.target.after = [ZeroDivisionError()]
    bench.read({"part": "p1"})
    bench.work()
    assert bench.record("p1").hold == "retry"
    bench.due()
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.records() == {("p1", 1): "done"}


def test_a_late_finisher_changes_nothing(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.work(rounds=1)
    (record,) = bench.rows("SELECT id FROM records")

    write = bench.target.write

    def while_another_worker_takes_over(document: Outgoing) -> Written:
        bench.execute("UPDATE records SET fence = fence + 1")
        return write(document)

    bench.target.write = while_another_worker_takes_over  # type: ignore[method-assign]
    assert not load_records(bench.world, [record.id]).ended
    assert bench.records() == {("p1", 1): "mapped"}


def test_a_worker_that_slept_too_long_looks_whether_the_record_is_still_its_own(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.work(rounds=1)
    (record,) = bench.rows("SELECT id FROM records")
    find = bench.target.find

    def sleepy(document: object) -> None:
        bench.hand.now += 60
        bench.execute("UPDATE records SET fence = fence + 1, lease_owner = NULL")
        find(document)  # type: ignore[arg-type]

    bench.target.find = sleepy  # type: ignore[method-assign, assignment]
    load_records(bench.world, [record.id])
    assert bench.target.writes == []


def test_a_version_that_changes_nothing_for_the_target_is_not_sent(bench: Bench) -> None:
    bench.read({"part": "p1", "note": "a"})
    bench.work()
    bench.read({"part": "p1", "note": "b"})
    bench.work()
    assert bench.records() == {("p1", 1): "done", ("p1", 2): "done"}
    assert bench.target.writes == ["p1"]
