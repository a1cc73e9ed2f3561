"""What tasks return and raise goes through Redis to Flower: codes, and no sentence about a document."""

from __future__ import annotations

import datetime as dt

import pytest
from celery.exceptions import Retry

from connector.domain.errors import Refused, StoreUnavailable
from connector.domain.identity import new_id
from connector.domain.journey import Change, Letter
from connector.domain.record import Hold, State
from connector.observability import working_for
from connector.pipeline.tally import Tally
from tasks import confirm as confirm_task
from tasks import load as load_task
from tasks import map as map_task
from tasks.running import Dead, Failed, busy, task_result

WORDS = "Zoe of Example Street has no account 4711"
FLOW = "qad_invoices_to_jaggaer (acme-jaggaer)"
DONE = Change(state=State.DONE, event="record.done", why=WORDS)
DEAD = Change(
    state=State.DEAD,
    event="record.dead",
    why=WORDS,
    letter=Letter(code="refused", reason=WORDS, suggestion=WORDS),
)


def told(*changes: Change) -> str:
    """What a step returns that found these for a flow."""
    with busy("record", [str(new_id())]) as work:
        working_for(flow="qad_invoices_to_jaggaer", connection="acme-jaggaer")
    return task_result(work, Tally.of(changes))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (DONE, "record.done"),
        (
            Change(state=State.MAPPED, event="record.mapped", why=WORDS, hold=Hold.CONNECTION),
            "record.mapped: connection",
        ),
    ],
)
def test_flower_is_told_how_it_ended_in_codes(change: Change, said: str) -> None:
    assert told(change) == f"{FLOW} {said}"


@pytest.mark.parametrize(
    ("event", "hold", "said"),
    [
        ("record.retry", Hold.RETRY, "record.retry"),
        ("record.waits", Hold.GATE, "record.waits: gate"),
        ("record.parked", Hold.PARK, "record.parked: park"),
        ("record.paused", Hold.CONNECTION, "record.paused: connection"),
    ],
)
def test_what_is_held_shows_as_retry_with_what_holds_it_and_without_its_reason(
    event: str, hold: Hold, said: str
) -> None:
    change = Change(state=State.MAPPED, event=event, why=WORDS, hold=hold, due_in=dt.timedelta(seconds=7))
    with pytest.raises(Retry) as retry:
        told(change)
    assert retry.value.exc.args == (f"{FLOW} {said}",)
    assert WORDS not in f"{retry.value!r} {retry.value}"
    assert retry.value.when == 7


def test_a_dead_letter_shows_as_failure_and_so_do_those_that_went_with_it() -> None:
    with pytest.raises(Dead) as dead:
        told(DEAD)
    assert dead.value.args == (f"{FLOW} record.dead: refused",)
    with pytest.raises(Dead) as dead:
        told(DONE, DONE, DEAD)
    assert dead.value.args == (f"{FLOW} record.done x 2, record.dead: refused x 1",)


def test_of_many_that_are_done_and_held_flower_is_told_how_many() -> None:
    waits = Change(state=State.MAPPED, event="record.waits", why=WORDS, hold=Hold.GATE)
    assert told(DONE, waits, DONE) == f"{FLOW} record.done x 2, record.waits: gate x 1"


def test_a_dead_letter_is_no_error_in_the_log_of_the_worker() -> None:
    assert {step.throws for step in (map_task.run, load_task.run, confirm_task.run)} == {(Dead,)}


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
