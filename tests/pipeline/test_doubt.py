"""A target that cannot be asked: a person finds out about lost answers, and a second post is that person's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, Unanswered
from connector.domain.exchange import Safety
from connector.domain.journey import STILL_IN_DOUBT
from connector.operations.work import dead_letters, records, settling
from connector.store.operator.dead_letters import Filter

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench

OPEN = """
SELECT l.id, l.code, l.suggestion, r.version FROM dead_letters l JOIN records r ON r.id = l.record_id
WHERE l.resolved_at IS NULL
"""
LOST = Unanswered("The target did not answer.")


@pytest.fixture
def letter(bench: Bench) -> UUID:
    bench.target.kind = Safety.NONE
    bench.target.after = [LOST]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}
    identifier: UUID = bench.rows("SELECT id FROM dead_letters")[0].id
    return identifier


def settle(operator: Operator, letter: UUID, *, there: str | None) -> None:
    """Answer for the write that the letter asks about now."""
    attempt = dead_letters.get(operator, letter).attempt or 0
    settling.settle(operator, letter, attempt=attempt, there=there)


def requeue_all(operator: Operator) -> int:
    fixed, _ = dead_letters.select(operator, Filter())
    return sum(batch.letters for batch in dead_letters.requeue(operator, fixed))


def test_neither_a_requeue_nor_a_replay_posts_a_second_time(bench: Bench, operator: Operator, letter: UUID) -> None:
    assert requeue_all(operator) == 0
    records.replay(operator, bench.record("p1").id)
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}


def test_what_a_person_found_is_linked_and_nothing_is_posted(bench: Bench, operator: Operator, letter: UUID) -> None:
    settle(operator, letter, there="T-77")
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.records() == {("p1", 1): "done"}
    assert bench.rows("SELECT target_id, loaded_version FROM documents") == [("T-77", 1)]
    assert bench.letters_of_the_dead() == {}


def test_what_a_person_did_not_find_is_posted_exactly_once_more(bench: Bench, operator: Operator, letter: UUID) -> None:
    bench.target.writes.clear()  # it had never arrived
    settle(operator, letter, there=None)
    bench.work()
    assert bench.target.writes == ["p1"]
    assert bench.records() == {("p1", 1): "done"}
    assert bench.answers("p1") == ["not there", "accepted"]


def test_what_was_found_releases_those_that_wait_for_it(bench: Bench, operator: Operator, letter: UUID) -> None:
    bench.target.after = [LOST]
    bench.read({"part": "o1"}, flow="orders")
    bench.read({"part": "p2", "order": "o1"})
    bench.work()
    bench.due()
    bench.work()
    (order,) = bench.rows(
        "SELECT d.id FROM dead_letters d JOIN records r ON r.id = d.record_id WHERE r.source_key = 'o1'"
    )
    settle(operator, order.id, there="T-9")
    bench.work()
    assert bench.records()["p2", 1] == "done"


def test_a_version_that_is_not_sent_does_not_end_the_doubt_about_the_one_before(bench: Bench, letter: UUID) -> None:
    bench.read({"part": "p1", "skip": True})
    bench.work()
    assert (bench.record("p1", 2).state, bench.target.writes) == ("dead", ["p1"])
    (newest,) = bench.rows("SELECT code, reason FROM dead_letters WHERE record_id = :r", r=bench.record("p1", 2).id)
    assert newest.code == "in_doubt"
    assert "parts like this stay where they are" in newest.reason


@pytest.mark.parametrize("there", ["T-77", None])
def test_the_letter_of_a_version_that_is_not_sent_is_settled(
    bench: Bench, operator: Operator, letter: UUID, there: str | None
) -> None:
    bench.read({"part": "p1", "skip": True})
    bench.work()
    settle(operator, bench.record("p1", 2).id, there=there)
    bench.work()
    assert bench.record("p1", 2).state == "skipped", "mapped anew with what is known now"
    assert bench.rows("SELECT target_id FROM documents") == [(there,)]
    assert bench.target.writes == ["p1"]


#: states of a newer version: what is read, whether its target's connection stands still, and where that leads
NEWER = {
    "waits": ({"unmatched": True}, False, ("extracted", "gate", None)),
    "waits for a document": ({"order": "o9"}, False, ("extracted", "gate", None)),
    "parked": ({"unit": "EA"}, False, ("extracted", "park", None)),
    "paused": ({"amount": "2.00"}, True, ("mapped", "connection", None)),
    "in doubt itself": ({"amount": "2.00"}, False, ("dead", None, "in_doubt")),
    "in doubt, with nothing to send": ({"skip": True}, False, ("dead", None, "in_doubt")),
    "dead": ({"broken": True}, False, ("dead", None, "malformed")),
}
#: and where it goes once the older one's letter is settled
GOES_ON = {
    "waits": "extracted",
    "waits for a document": "extracted",
    "parked": "extracted",
    "paused": "done",
    "in doubt itself": "done",
    "in doubt, with nothing to send": "skipped",
    "dead": "dead",
}


@pytest.mark.parametrize("there", ["T-77", None])
@pytest.mark.parametrize("newer", NEWER)
def test_an_older_letter_is_settled_in_every_state_of_the_newer_version(
    bench: Bench, operator: Operator, letter: UUID, newer: str, there: str | None
) -> None:
    payload, stands_still, (state, hold, code) = NEWER[newer]
    if stands_still:
        bench.execute("UPDATE connections SET stopped_why = 'till tomorrow' WHERE name = 'b'")
    bench.read({"part": "p1", **payload})
    bench.work()
    record = bench.record("p1", 2)
    assert (record.state, record.hold) == (state, hold)
    assert code is None or code in [row.code for row in bench.rows("SELECT code FROM dead_letters")]
    bench.execute("UPDATE connections SET stopped_why = NULL")

    settle(operator, letter, there=there)
    bench.work()

    left = {row.version: row.code for row in bench.rows(OPEN)}
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): GOES_ON[newer]}
    assert left == ({2: "malformed"} if newer == "dead" else {})
    assert bench.rows("SELECT target_id FROM documents")[0].target_id == ("T-p1" if bench.target.writes[1:] else there)
    assert len(bench.target.writes) == (2 if GOES_ON[newer] == "done" else 1)
    assert "unknown" not in bench.answers("p1")


def test_a_version_that_was_sent_since_is_asked_about_by_its_own_letter(
    bench: Bench, operator: Operator, letter: UUID
) -> None:
    bench.target.kind, bench.target.after = Safety.UNASKED, [LOST]
    bench.target.holds.clear()  # it cannot be asked
    bench.read({"part": "p1", "amount": "2.00"})
    bench.work()
    assert bench.answers("p1") == ["not there", "unknown"]
    with pytest.raises(ConfigurationError, match="Version 2 of p1 was sent since, and only that write has no answer"):
        settle(operator, letter, there="T-77")


def test_what_was_mapped_again_since_is_not_sent_as_it_is_mapped_now(
    bench: Bench, operator: Operator, letter: UUID
) -> None:
    records.replay(operator, bench.record("p1").id)
    bench.work()  # mapped anew, and in doubt as before
    settle(operator, bench.record("p1").id, there="T-77")
    assert bench.record("p1").state == "extracted"


@pytest.mark.parametrize(
    ("payload", "code"),
    [({"broken": True}, "malformed"), ({"bug": True}, "unexpected"), ({"unit": "EA"}, "unmapped_code")],
)
def test_a_letter_of_another_code_keeps_the_doubt_and_is_settled(
    bench: Bench, operator: Operator, letter: UUID, payload: dict[str, object], code: str
) -> None:
    bench.read({"part": "p1", **payload})
    bench.work()
    bench.execute("UPDATE records SET waiting_since = now() - interval '1 year' WHERE version = 2")
    bench.due()
    bench.work()
    (newest,) = bench.rows(f"{OPEN} AND r.version = 2")
    assert (newest.code, STILL_IN_DOUBT in newest.suggestion) == (code, True)
    assert bench.answers("p1") == ["unknown"]
    settle(operator, newest.id, there="T-77")
    assert bench.answers("p1") == ["adopted"]
    assert {row.version for row in bench.rows(OPEN)} == set()


def test_an_answer_is_for_the_write_that_was_looked_for_whatever_names_the_letter(
    bench: Bench, operator: Operator, letter: UUID
) -> None:
    looked_for, record = dead_letters.get(operator, letter).attempt or 0, bench.record("p1").id
    bench.target.after = [LOST]
    settling.settle(operator, record, attempt=looked_for, there=None)
    bench.work()
    bench.due()
    bench.work()
    assert (bench.target.writes, bench.answers("p1")) == (["p1", "p1"], ["not there", "unknown"])

    with pytest.raises(ConfigurationError, match=f"sent again since: attempt {looked_for + 1} has no answer"):
        settling.settle(operator, record, attempt=looked_for, there=None)
    bench.work()
    assert bench.target.writes == ["p1", "p1"]
