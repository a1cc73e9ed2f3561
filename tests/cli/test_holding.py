"""What a person holds does not move, whatever is sent, until it is enabled."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from connector.store.beat.recovery import LedgerRecovery
from tests.store.scene import MAPPED

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

FLOW = "acme/qad_invoices_to_jaggaer"


@pytest.fixture(autouse=True)
def known_flow(scene: Scene) -> None:
    """Call the scene's flow as one is called that can be enabled."""
    scene.change("UPDATE flows SET name = 'qad_invoices_to_jaggaer' WHERE name = 'invoices'")


def due(scene: Scene) -> int:
    """Return how much beat would send now."""
    scene.change("UPDATE records SET queued_until = NULL")
    scene.change("UPDATE runs SET queued_until = NULL")
    beat = LedgerRecovery(scene.ledger.begin)
    return len(beat.due_records(100)) + len(beat.due_runs(100)) + len(beat.due_pieces(100))


def test_nothing_of_a_held_flow_moves_until_it_is_enabled(terminal: Terminal, scene: Scene) -> None:
    read, mapped = scene.read_one("A"), scene.read_one("B")
    scene.map(mapped)
    under_way = scene.held(scene.read_one("C"))
    run = scene.queue_run()
    assert due(scene) == 3

    held = terminal.json("flow", "disable", FLOW, "--hold", "--why", "month  end")

    assert not held["enabled"]
    assert held["held_why"].endswith(" holds it: month end")
    assert due(scene) == 0
    assert scene.claim(read) is None, "a message was under way"
    assert scene.claim(mapped, Step.LOAD) is None
    assert scene.claim_run(run) is None
    assert scene.settle(under_way, MAPPED), "what a worker has is finished"

    terminal.ok("flow", "enable", FLOW)

    assert due(scene) == 4
    assert scene.claim(read)
    assert scene.claim(mapped, Step.LOAD)
    assert scene.claim_run(run)
    events = [event["name"] for event in terminal.json("audit", "show", f"flow:{FLOW}")]
    assert [name for name in events if name in {"operator.held", "operator.let_go_on"}] == [
        "operator.held",
        "operator.let_go_on",
    ]


def test_a_schedule_does_not_let_a_held_flow_run(terminal: Terminal, scene: Scene) -> None:
    terminal.ok("flow", "disable", FLOW, "--hold", "--why", "month end")
    scene.change("UPDATE flows SET enabled = true, next_due_at = now() - interval '1 minute'")

    assert LedgerRecovery(scene.ledger.begin).fire_due_flows(lambda _line, _zone, now: now + dt.timedelta(hours=1)) == 1


def test_doctor_says_who_holds_what_does_not_end(terminal: Terminal, scene: Scene) -> None:
    scene.read_one("A")
    terminal.ok("flow", "disable", FLOW, "--hold", "--why", "month end")
    scene.change("UPDATE records SET begun_at = now() - interval '9 days'")

    said = terminal("doctor", "--json").json
    (line,) = [one for one in said["checks"] if one["what"] == f"unfinished records of {FLOW} (held)"]

    assert f"`ml-connector flow enable {FLOW}` ends that" in line["advice"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("disable", FLOW, "--hold"), "Say why"),
        (("disable", FLOW, "--why", "x"), "--why goes with --hold"),
    ],
)
def test_holding_wants_a_reason(terminal: Terminal, scene: Scene, words: tuple[str, ...], sentence: str) -> None:
    said = terminal("flow", *words)
    assert (said.code, scene.ask("SELECT FROM flows WHERE held_why <> ''")) == (2, [])
    assert sentence in said.err


def test_a_held_flow_says_so(terminal: Terminal, scene: Scene) -> None:
    assert scene
    terminal.ok("flow", "disable", FLOW, "--hold", "--why", "month end")

    assert "holds it: month end" in terminal("flow", "run", FLOW).err
    assert "is held already" in terminal("flow", "disable", FLOW, "--hold", "--why", "again").err
