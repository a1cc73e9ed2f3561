"""How a try is booked: by what happened, not by the words of a sentence that may be the target's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.errors import (
    IF_THERE,
    SAID_NO,
    AlreadyThere,
    ConfigurationError,
    Malformed,
    Refused,
    SourceLies,
    Unanswered,
    Unavailable,
)
from connector.domain.exchange import Safety, Written
from connector.domain.record import AttemptAnswer

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from tests.pipeline.conftest import Bench


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (Refused("No."), "refused"),
        (ConfigurationError("QAD did not look at it.", **{SAID_NO: True}), "refused"),
        (Unavailable("Not yet.", **{SAID_NO: True}), "refused"),
        (Unavailable("503"), "not sent"),
        (SourceLies("What was asked before it contradicts itself."), "not sent"),
        (Malformed("It cannot be written."), "not sent"),
        (ConfigurationError("There is no such entity."), "not sent"),
        (Unanswered("Nobody answered."), "unknown"),
        (ZeroDivisionError(), "unknown"),
    ],
)
def test_each_way_a_try_ends_has_its_answer(bench: Bench, error: Exception, answer: str) -> None:
    bench.target.before = [error]
    bench.read({"part": "p1"})
    bench.work(rounds=2)
    assert bench.answers("p1") == [answer]


@pytest.mark.parametrize("unasked", [None, Unavailable("503")])
def test_what_was_refused_stays_refused_whatever_is_found_afterwards(bench: Bench, unasked: Exception | None) -> None:
    def somebody_was_faster(document: Outgoing) -> Written:
        bench.target.holds[document.key] = {"amount": "2.00"}
        bench.target.finds = [unasked]
        raise AlreadyThere("p1 exists.")

    bench.target.write = somebody_was_faster  # type: ignore[method-assign]
    bench.read({"part": "p1"})
    bench.work(rounds=2)
    assert bench.answers("p1") == ["refused"]
    assert bench.letters_of_the_dead() == ({} if unasked else {"p1": "differs_in_target"})


def test_the_words_of_the_target_decide_nothing(bench: Bench) -> None:
    bench.target.kind = Safety.NATIVE_KEY
    bench.target.write = lambda document: Written(target_id=document.key, answer="adopted by the board")  # type: ignore[method-assign]
    bench.read({"part": "p1"})
    bench.work()
    assert bench.record("p1").why == "adopted by the board"
    assert bench.answers("p1") == ["accepted"]


def test_there_are_no_other_answers(bench: Bench) -> None:
    bench.read({"part": "p1"})
    bench.work()
    for answer in AttemptAnswer:
        bench.execute("UPDATE attempts SET answer = :answer", answer=answer.value)
    with pytest.raises(sa.exc.IntegrityError, match="ck_attempts_answer"):
        bench.execute("UPDATE attempts SET answer = 'perhaps'")


def test_what_is_there_although_it_was_refused_stays_in_doubt_until_the_target_was_asked(bench: Bench) -> None:
    bench.target.kind = Safety.ASK_FIRST
    bench.target.before = [AlreadyThere("An error, and p1 was posted.", **{IF_THERE: "posted in spite of an error"})]
    bench.target.shows_after = {"p1": {"amount": "1.00"}}
    bench.target.finds = [None, SourceLies("The browse does not come to an end.")]
    bench.read({"part": "p1", "number": "p1"})
    bench.work(rounds=2)
    assert bench.answers("p1") == ["unknown"]
    bench.read({"part": "p1", "number": "p2"})
    for _ in range(4):
        bench.due()
        bench.work()
    assert list(bench.target.holds) == ["p1"], "a number that was corrected makes no second document"
