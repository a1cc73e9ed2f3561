"""Requeueing thousands of dead letters: killed in the middle, stopped in the middle, done twice at once."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.operations.work import dead_letters
from connector.operations.work.dead_letters import BATCH
from connector.store.operator.dead_letters import Filter
from tests.cli.processes import somebody_types, typed
from tests.e2e.plant import LONG
from tests.store.history import many_dead
from tests.waiting import HANG_SECONDS, until
from workers.cli import session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

MANY, FEWER = 10_000 if LONG else 2_000, 1_500
HALF = MANY // 2
_WAITING = """SELECT count(*) AS n FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'ml-connector'"""


@contextmanager
def in_the_way(scene: Scene, place: int) -> Iterator[None]:
    """Somebody holds the letter at this place: whoever wants to lock it waits."""
    with scene.ledger.engine.connect() as holder:
        holder.execute(
            sa.text(
                """SELECT FROM dead_letters
                    WHERE id = (SELECT id FROM dead_letters ORDER BY id OFFSET :place LIMIT 1) FOR UPDATE"""
            ),
            {"place": place},
        )
        yield
        holder.rollback()


def waits(scene: Scene) -> bool:
    return bool(scene.ask(_WAITING)[0].n)


def told(terminal: Terminal) -> list[tuple[str, dict[str, Any]]]:
    """What the audit trail says of requeues by filter, without the id each has."""
    events = terminal.json("audit", "show", dead_letters.SUBJECT)
    return [
        (event["name"].removeprefix("operator.requeue_"), {k: v for k, v in event["detail"].items() if k != "requeue"})
        for event in events
    ]


def each_went_once(scene: Scene, number: int) -> None:
    """Every record is on its way again, and its trail says so once."""
    assert scene.ask("SELECT DISTINCT state FROM records") == [("extracted",)]
    assert scene.ask("SELECT count(*) FROM dead_letters WHERE resolution = 'requeued' AND resolved_at IS NOT NULL") == [
        (number,)
    ]
    assert scene.ask(
        """SELECT times, count(*) FROM (SELECT count(*) AS times FROM audit_events WHERE name = 'operator.requeued'
           GROUP BY subject) t GROUP BY times"""
    ) == [(1, number)]


def test_a_requeue_killed_in_the_middle_goes_on_when_typed_again(terminal: Terminal, scene: Scene) -> None:
    many_dead(scene, MANY)

    with in_the_way(scene, HALF + BATCH // 2), typed("dead", "requeue", "--reason", "refused") as process:
        until(lambda: waits(scene), "the requeue waits in the middle")
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate(timeout=HANG_SECONDS)
    until(lambda: not waits(scene), "PostgreSQL notices that nobody waits any more")

    assert said.startswith(f"Requeueing {MANY} dead letters.")
    assert terminal.json("audit", "verify")["ok"]
    half = scene.ask("SELECT count(*) AS n FROM dead_letters WHERE resolved_at IS NULL")[0].n
    assert half == MANY - HALF, "what was committed before stays done"
    rest = terminal.json("dead", "requeue", "--reason", "refused")
    assert rest == {"meant": half, "requeued": half, "refused": []}
    each_went_once(scene, MANY)
    assert terminal.json("audit", "verify")["ok"]
    first, *between, last = told(terminal)
    assert first == ("began", {"flow": None, "reason": "refused", "meant": MANY})
    assert [detail["requeued"] for name, detail in between if name == "went_on"] == [
        *range(BATCH, HALF + 1, BATCH),
        *range(BATCH, HALF + 1, BATCH),
    ]
    assert last == ("ended", {"flow": None, "reason": "refused", "requeued": half, "refused": 0})


def test_ctrl_c_in_the_middle_says_how_many_are_done_and_that_the_same_command_goes_on(
    terminal: Terminal, scene: Scene
) -> None:
    many_dead(scene, FEWER)

    with somebody_types(b"y\n") as stdin, typed("dead", "requeue", "--all", stdin=stdin) as process:
        with in_the_way(scene, 750):
            until(lambda: waits(scene), "the requeue waits in the middle")
            process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=HANG_SECONDS)

    assert process.returncode == 130
    assert out == ""
    assert f"Requeue {FEWER} dead letters? [y/N]" in said, "a person at a terminal is asked first"
    assert "Traceback" not in said
    assert said.splitlines()[-1] == f"Stopped after 1000 of {FEWER}; the same command goes on with the rest."
    assert told(terminal)[-1] == ("stopped", {"flow": None, "reason": None, "requeued": 1_000, "refused": 0})
    assert terminal.json("dead", "requeue", "--all")["requeued"] == 500
    each_went_once(scene, FEWER)
    assert terminal.json("audit", "verify")["ok"]


def test_who_does_not_say_yes_at_a_terminal_requeues_nothing(terminal: Terminal, scene: Scene) -> None:
    many_dead(scene, 3)

    with somebody_types(b"n\n") as stdin, typed("dead", "requeue", "--all", stdin=stdin) as process:
        _, said = process.communicate(timeout=HANG_SECONDS)

    assert process.returncode == 1
    assert said.endswith("Nothing was done.\n")
    assert len(terminal.json("dead", "list")) == 3
    assert terminal("audit", "show", dead_letters.SUBJECT).code == 2, "nothing began"


def test_what_another_operator_takes_in_the_same_moment_is_not_the_end_of_the_list(
    terminal: Terminal, scene: Scene
) -> None:
    many_dead(scene, 60)
    desk = session.desk()
    fixed, _ = dead_letters.meant(desk, Filter())

    with scene.ledger.engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(
            sa.text(
                """UPDATE dead_letters SET resolved_at = now(), resolution = 'discarded', resolved_by = 'operator:jane'
                    WHERE id IN (SELECT id FROM dead_letters ORDER BY id OFFSET 10 LIMIT 10)"""
            )
        )
        mine = pool.submit(lambda: [batch.letters for batch in dead_letters.requeue(desk, fixed, batch=10)])
        until(lambda: waits(scene), "both want the second batch")
        other.commit()
        assert mine.result(HANG_SECONDS) == [10, 0, 10, 10, 10, 10]

    assert terminal.json("dead", "list") == []


@pytest.mark.parametrize("words", [("--all", "--yes"), ("--flow", "acme/invoices", "-y")])
def test_yes_is_taken_beforehand(terminal: Terminal, scene: Scene, words: tuple[str, ...]) -> None:
    many_dead(scene, 2)

    assert terminal.json("dead", "requeue", *words)["requeued"] == 2
