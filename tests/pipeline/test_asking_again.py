"""A target that shows late what it took is asked again, and again, before anything is sent a second time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.doubt import waits
from connector.domain.errors import Unanswered, Unavailable

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

LOST = Unanswered("The target did not answer.")


@pytest.fixture
def lost(bench: Bench) -> Bench:
    """A write that did not arrive, as far as the target shows."""
    bench.target.patience = waits((5, 15, 45, 120))
    bench.target.before = [LOST]
    bench.read({"part": "p1"})
    bench.work()
    assert bench.answers("p1") == ["unknown"]
    return bench


def later(bench: Bench, seconds: int) -> None:
    """So much time passes, and what is due is done."""
    for column in ("sent_at", "asked_at", "answered_at"):
        bench.execute(f"UPDATE attempts SET {column} = {column} - make_interval(secs => :by)", by=seconds)  # noqa: S608
    bench.execute("UPDATE records SET due_at = due_at - make_interval(secs => :by), queued_until = NULL", by=seconds)
    bench.work(rounds=1)


def asked(bench: Bench) -> int:
    return int(bench.rows("SELECT asked FROM attempts ORDER BY number")[0].asked)


def test_it_is_asked_four_times_and_then_sent_again(lost: Bench) -> None:
    for number, wait in enumerate((5, 15, 45), start=1):
        later(lost, wait + 1)
        assert (asked(lost), lost.target.writes) == (number, [])
        assert "does not show p1" in lost.record("p1").why
        assert lost.record("p1").tries == 1, "the lost answer itself"
    later(lost, 121)
    assert lost.target.writes == ["p1"]
    assert lost.answers("p1") == ["not there", "accepted"]
    assert lost.records() == {("p1", 1): "done"}


def test_each_question_is_due_when_its_wait_is_over(lost: Bench) -> None:
    for wait, following in ((5, 15), (15, 45), (45, 120)):
        later(lost, wait + 1)
        (row,) = lost.rows("SELECT due_at - updated_at AS due_in FROM records")
        assert row.due_in >= dt.timedelta(seconds=following)


def test_what_shows_up_late_is_adopted(lost: Bench) -> None:
    later(lost, 6)
    later(lost, 16)
    lost.target.holds["p1"] = {"amount": "1.00"}
    later(lost, 46)
    assert lost.target.writes == []
    assert lost.answers("p1") == ["adopted"]


def test_a_record_that_is_pushed_asks_without_its_question_being_counted(lost: Bench) -> None:
    for _ in range(6):
        lost.due()
        lost.work(rounds=1)
    assert (asked(lost), lost.target.writes) == (0, [])
    assert lost.target.asked == 7, "before the write, and each time"


def test_a_question_without_an_answer_does_not_count(lost: Bench) -> None:
    lost.target.finds = [Unavailable("503")]
    later(lost, 6)
    assert (asked(lost), lost.target.writes) == (0, [])


def test_a_worker_that_died_has_asked_no_question(lost: Bench) -> None:
    lost.execute("UPDATE attempts SET answer = NULL, answered_at = NULL")
    later(lost, 6)
    assert (asked(lost), lost.answers("p1")) == (1, [None])
