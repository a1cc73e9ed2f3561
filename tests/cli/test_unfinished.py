"""Whatever holds a record or a run, for too long it does not hold it unnoticed."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from connector.domain.identity import new_id
from connector.domain.record import UNDER_WAY, Hold, State
from connector.operations.health import watching
from connector.operations.operator import Operator
from tests.store.scene import BURIED

if TYPE_CHECKING:
    from uuid import UUID

    import pytest

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

AGE = dt.timedelta(hours=72)
#: every hold in a state where it occurs, and none in each state
HELD = (
    *((state, None) for state in UNDER_WAY),
    (State.LOADED, Hold.RETRY),  # a confirmation that is tried for ever
    (State.EXTRACTED, Hold.GATE),
    (State.EXTRACTED, Hold.PARK),
    (State.EXTRACTED, Hold.VERSION),
    (State.MAPPED, Hold.CONNECTION),
    (State.EXTRACTED, Hold.SOURCE),
)


def aged(scene: Scene, hours: float, *, state: State = State.EXTRACTED, hold: Hold | None = None) -> UUID:
    """A record that was read so long ago and is still there."""
    then = dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours)
    record_id = scene.read_one(f"INV-{new_id()}")
    scene.change(
        "UPDATE records SET begun_at = :then, created_at = :then, state = :state, hold = :hold WHERE id = :id",
        id=record_id,
        then=then,
        state=state.value,
        hold=hold.value if hold else None,
    )
    scene.change("UPDATE payloads SET created_at = :then WHERE record_id = :id", id=record_id, then=then)
    return record_id


def found(built: Application) -> dict[str, watching.Trouble]:
    with Operator(application=built, actor="test").transaction() as tx:
        return {trouble.about: trouble for trouble in watching.unfinished(tx, AGE)}


def logged(built: Application, caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    caplog.clear()
    watching.report_work(Operator(application=built, actor="beat"), AGE)
    return [(record.getMessage(), vars(record)["about"]) for record in caplog.records]


def test_every_state_and_every_hold_has_a_greatest_age(scene: Scene, built: Application) -> None:
    assert {hold for _, hold in HELD} == {None, *Hold}
    for state, hold in HELD:
        aged(scene, 71, state=state, hold=hold)
    assert found(built) == {}

    for state, hold in HELD:
        aged(scene, 73, state=state, hold=hold)

    ready = "unfinished records of acme/invoices"
    assert set(found(built)) == {ready, *(f"{ready} ({hold})" for hold in Hold)}
    assert found(built)[ready].found.startswith(f"{len(UNDER_WAY)} for more than 72 hours")
    for state in set(State) - set(UNDER_WAY):
        aged(scene, 1000, state=state)
    assert len(found(built)) == 1 + len(Hold), "what has ended is finished"


def test_a_record_stuck_on_a_gate_is_an_alert_once_and_a_line_of_the_doctor_until_it_moves(
    terminal: Terminal, scene: Scene, built: Application, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=watching.__name__)
    about = "unfinished records of acme/invoices (gate)"
    aged(scene, 80, hold=Hold.GATE)
    oldest = aged(scene, 100, hold=Hold.GATE)

    assert logged(built, caplog) == [("work.unfinished", about)]
    assert logged(built, caplog) == []
    said = terminal("doctor", "--json")
    (check,) = [check for check in said.json["checks"] if check["what"] == about]
    assert check["health"] == "warning"
    assert check["found"].startswith(f"2 for more than 72 hours, the oldest is {oldest}, since ")
    assert check["advice"].startswith(f"`ml-connector record show {oldest}`")

    scene.change("UPDATE records SET state = 'done'")
    assert logged(built, caplog) == [("alert.over", about)]
    assert logged(built, caplog) == []


def test_a_run_that_never_starts_or_never_ends_is_found(scene: Scene, built: Application) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=73)
    never = scene.queue_run(created_at=long_ago)
    assert scene.claim_run(scene.queue_run(scene.suppliers, created_at=long_ago)) is not None
    scene.queue_run()

    runs = found(built)

    assert set(runs) == {"unfinished runs of acme/invoices", "unfinished runs of acme/suppliers"}
    assert str(never) in runs["unfinished runs of acme/invoices"].advice


def test_what_a_person_sends_again_is_young(terminal: Terminal, scene: Scene, built: Application) -> None:
    old = aged(scene, 200)
    claim: Any = scene.held(old)
    assert scene.settle(claim, BURIED)
    terminal.ok("dead", "requeue", str(old))
    assert scene.record(old).state == "extracted"
    assert found(built) == {}
