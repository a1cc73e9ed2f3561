from __future__ import annotations

import datetime as dt

import pytest

from connector.domain.doubt import NextQuestion, next_question, seconds, waits

SENT = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
WAITS = waits((5, 15, 45, 120))


def after(span: float) -> dt.timedelta:
    return dt.timedelta(seconds=span)


def test_each_question_has_its_wait_and_the_last_one_sends_again() -> None:
    now, asked, due = SENT, 0, []
    while (asking := next_question(WAITS, asked=asked, last=now - WAITS[asked], now=now)) is not None:
        due.append(asking.due_in.total_seconds())
        asked = asking.asked
    assert due == [15, 45, 120]


def test_a_question_before_its_time_does_not_count() -> None:
    assert next_question(WAITS, asked=2, last=SENT, now=SENT + after(44)) == NextQuestion(due_in=after(1), asked=2)
    assert next_question(WAITS, asked=2, last=SENT, now=SENT + after(45)) == NextQuestion(due_in=after(120), asked=3)
    assert next_question(waits((5,)), asked=0, last=SENT, now=SENT + after(4)) == NextQuestion(due_in=after(1), asked=0)


def test_a_setting_that_became_shorter_is_kept_to() -> None:
    assert next_question(waits((5,)), asked=3, last=SENT, now=SENT + after(5)) is None


@pytest.mark.parametrize(("given", "meant"), [([5, 15], (5, 15)), ((5.0,), (5,)), (7, (7,))])
def test_a_setting_is_a_list_of_seconds(given: object, meant: tuple[int, ...]) -> None:
    assert seconds(given) == meant


@pytest.mark.parametrize("given", [[], [0], [-1], [1.5], ["5"], [True], None, "often", [86_401]])
def test_anything_else_has_its_sentence(given: object) -> None:
    with pytest.raises(ValueError, match="should be a list of whole seconds"):
        seconds(given)
