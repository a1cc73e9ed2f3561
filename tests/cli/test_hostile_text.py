"""Text that a system sent reaches the operator's terminal as text, through whatever command it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from rich.panel import Panel
from rich.table import Table

from connector.operations.setup import exporting
from connector.ports import Kept, Message
from tests.domain.test_harmless import obeyed
from tests.store.scene import BURIED, RETRY
from workers import output, screen

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

#: writes into the clipboard, clears the screen in two spellings, turns round, goes back to the beginning of the line
HOSTILE = "K1\x1b]52;c;cm0gLXJmIH4=\x07\x1b[2J\x9b2J\u202eOK\rpaid\x7f\u2028x"
TEXT_COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t
USING (table_schema, table_name)
WHERE c.table_schema = current_schema() AND c.data_type = 'text' AND t.table_type = 'BASE TABLE'
AND c.table_name IN ('received_messages',
'connections', 'flows', 'runs', 'records', 'attempts', 'dead_letters', 'gates', 'crosswalks', 'links')
"""
COMMANDS = (
    "connection list",
    "connection show qad",
    "flow list",
    "flow show acme/invoices",
    "run list",
    "run show {run}",
    "record list",
    "record show {record} --payload",
    "record show {dead}",
    "dead list",
    "dead show {dead}",
    "crosswalk list",
    "crosswalk missing",
    "audit show {record}",
    "audit export",
    "doctor",
    "record replay {dead}",
    "message list",
    "message show {message} --payload",
    "message list --quarantined",
)


def everywhere(scene: Scene, text: str = HOSTILE) -> set[str]:
    """Put it into every column of text that takes it; returns which did."""
    took = set()
    for table, column in scene.ask(TEXT_COLUMNS):
        try:
            scene.change(f'UPDATE "{table}" SET "{column}" = :text', text=text)  # noqa: S608 - names of columns
        except Exception:  # noqa: BLE001, S112 - a column of names or states, which takes no other
            continue
        took.add(f"{table}.{column}")
    return took


def received(scene: Scene) -> int:
    """Be sent a message; returns its number."""
    inbox = scene.ledger.inbox(scene.ledger.connection("qad").id, scene.vault)
    assert inbox.keep(Message(entity="invoices", id="1"), HOSTILE.encode()) is Kept.NEW
    number: int = scene.ask("SELECT number FROM received_messages")[0].number
    return number


@pytest.fixture
def places(terminal: Terminal, scene: Scene) -> dict[str, object]:
    record, dead = scene.read_one("INV-1", f'{{"name": "{HOSTILE[:2]}"}}'), scene.read_one("INV-2")
    run = scene.ask("SELECT id FROM runs LIMIT 1")[0].id
    scene.crosswalk("units", "EA", "EA")
    assert scene.settle(scene.held(record), RETRY)
    assert scene.settle(scene.held(dead), BURIED)
    message = received(scene)
    took = everywhere(scene)
    assert {"received_messages.problem", "connections.stopped_why", "records.source_key", "runs.error"} <= took, took
    return {"record": record, "dead": dead, "run": run, "message": message}


@pytest.mark.parametrize("as_json", [False, True])
def test_no_command_hands_on_what_a_terminal_obeys(
    terminal: Terminal, places: dict[str, object], *, as_json: bool
) -> None:
    shown = 0
    for command in COMMANDS:
        words = command.format(**places).split()
        said = terminal(*words, *(["--json"] if as_json else []))
        bad = {sign for sign in said.out + said.err if obeyed(sign)} - {"\n"}
        assert not bad, (command, sorted(map(ascii, bad)))
        shown += "\\u001b" in said.out if as_json else "\u241b" in said.out + said.err
    assert shown > 5, "it was there to be seen"


def test_no_table_and_no_panel_hands_it_on_and_its_columns_stay_straight(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([[HOSTILE, "END"]], "why | b")
    said = capsys.readouterr().out
    heading, line, row = (part.rstrip() for part in said.split("\n")[:3])
    assert (heading.index("b"), len(line)) == (row.index("END"), len(row))
    assert not {sign for sign in said if obeyed(sign)} - {"\n"}
    output.facts({"why": HOSTILE})
    drawn = output.console()
    drawn.print(HOSTILE, Panel(screen.document({"a": HOSTILE}), title=screen.cell(HOSTILE)))
    drawn.print(Table(HOSTILE, title=HOSTILE, caption=HOSTILE))
    said = capsys.readouterr().out
    assert not {sign for sign in said if obeyed(sign)} - {"\n"}
    assert "\\u009b2J\\u202eOK\\rpaid" in said, "a document stays the same JSON"


def test_a_set_up_is_exported_as_it_is_without_a_sign_that_is_obeyed() -> None:
    for text in (HOSTILE, "M\u00fcller \u5317\u4eac"):
        spelled = exporting.as_yaml({"a": text})
        assert yaml.safe_load(spelled) == {"a": text}
        assert not {sign for sign in spelled if obeyed(sign)} - {"\n"}
    assert "M\u00fcller" in spelled


def test_what_nobody_can_read_is_cut_in_every_table(terminal: Terminal, scene: Scene) -> None:
    record, dead = scene.read_one("INV-1"), scene.read_one("INV-2")
    run = scene.ask("SELECT id FROM runs LIMIT 1")[0].id
    assert scene.settle(scene.held(record), RETRY)
    assert scene.settle(scene.held(dead), BURIED)
    message = received(scene)
    took = everywhere(scene, "long " * 200_000)
    assert {"connections.stopped_why", "runs.error", "dead_letters.reason"} <= took, took
    cut = 0
    for command in COMMANDS:
        said = terminal(*command.format(record=record, dead=dead, run=run, message=message).split())
        assert len(said.out + said.err) < 150_000, command
        cut += "(1000000 characters)" in " ".join(said.out.split())
    assert cut >= 5, "it was there to be cut"
