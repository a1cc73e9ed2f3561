"""What tasks return and raise goes through Redis to Flower: codes, and no sentence about a document."""

from __future__ import annotations

import datetime as dt

import pytest
from celery.exceptions import Retry

from connector.domain.errors import Refused, StoreUnavailable
from connector.domain.identity import new_id
from connector.domain.journey import Change, Letter
from connector.domain.record import Hold, State
from tasks.running import Failed, busy, task_result

WORDS = "Zoe of Example Street has no account 4711"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(state=State.DONE, event="record.done", why=WORDS), "record.done"),
        (Change(state=State.MAPPED, event="record.waits", why=WORDS, hold=Hold.GATE), "record.waits: gate"),
        (
            Change(
                state=State.DEAD,
                event="record.dead",
                why=WORDS,
                letter=Letter(code="refused", reason=WORDS, suggestion=WORDS),
            ),
            "record.dead: refused",
        ),
    ],
)
def test_flower_is_told_how_it_ended_in_codes(change: Change, said: str) -> None:
    assert task_result({new_id(): change}) == said


def test_flower_is_told_of_a_retry_without_its_reason() -> None:
    change = Change(
        state=State.MAPPED, event="record.retry", why=WORDS, hold=Hold.RETRY, due_in=dt.timedelta(seconds=7)
    )
    with pytest.raises(Retry) as retry:
        task_result({new_id(): change})
    assert WORDS not in f"{retry.value!r} {retry.value.exc!r} {retry.value}"
    assert retry.value.when == 7


@pytest.mark.parametrize(("error", "shown"), [(StoreUnavailable(WORDS), Retry), (Refused(WORDS), Failed)])
def test_what_a_task_raises_has_no_words_and_no_history(
    error: Exception, shown: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(shown) as raised, busy("record", [str(new_id())]):
        raise error
    assert WORDS not in f"{raised.value!r} {getattr(raised.value, 'exc', '')!r}"
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    assert [vars(record)["error"] for record in caplog.records] == [WORDS], "whoever reads the log is told"
