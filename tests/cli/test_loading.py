"""What a process loads at its start: no more than it needs, and it is not searched for garbage; what comes later is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import PROGRAM
from workers.cli.app import COMMANDS

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal

WITH_A_BLOCK = """
from workers.loading import loading
with loading():
    print(gc.isenabled())
    import decimal
"""
#: as in a process that `workers.start` begins
AS_BEAT = """
from celery import signals
from workers import loading
loading.begin()
from workers import lifecycle
print(gc.isenabled())
signals.beat_init.send(sender=None)
"""
#: a command in a process that says in the end what it has loaded
TYPED = """
import atexit, json
from tests.cli.loaded import there
from workers.command import main
atexit.register(lambda: print(json.dumps(there())))
main()
"""


@pytest.mark.parametrize("way", [WITH_A_BLOCK, AS_BEAT], ids=["a command", "beat"])
def test_nothing_is_searched_for_garbage_until_everything_is_loaded(way: str) -> None:
    lines = ["import gc", way, "print(gc.isenabled(), gc.get_freeze_count() > 0)"]
    said = subprocess.check_output([sys.executable, "-c", "\n".join(lines)], text=True)
    assert said.split() == ["False", "True", "True"]


#: what a process has of the modules that `tests.cli.loaded` looks for, and nothing else
OF_PROCESSES = {
    "process flower": {"celery", "cryptography", "redis", "rich", "structlog", "tornado", "yaml"},
    "process console": {
        "connector.registry",
        "cryptography",
        "fastapi",
        "psycopg",
        "rich",
        "sqlalchemy",
        "starlette",
        "structlog",
        "yaml",
    },
    "process beat": {
        "celery",
        "connector.registry",
        "cryptography",
        "psycopg",
        "pydantic_settings",
        "redis",
        "rich",
        "sqlalchemy",
        "structlog",
        "yaml",
    },
    "process sandbox": {"connector.registry", "starlette", "typer"},
}
LEDGER = {"connector.registry", "psycopg", "sqlalchemy"}
#: what a command has besides; those with nothing here ask the ledger
OF_COMMANDS: dict[str, set[str]] = {
    "up": {"connector.registry"},
    "demo": {"connector.registry"},
    "sandbox": {"connector.registry"},
    "apply": {*LEDGER, "yaml"},
    "export": {*LEDGER, "yaml"},
    "connection": {*LEDGER, "yaml"},
    "alert": {*LEDGER, "yaml"},
    "db": {*LEDGER, "connector.store.schema.columns"},
    "message": {*LEDGER, "rich"},
    "record": {*LEDGER, "rich"},
}
#: what one has that has run: none has looked into a flow
OF_RUNNING = {
    "flow list": {*LEDGER - {"connector.registry"}, "pydantic_settings", "rich"},
    "flow run acme/qad_invoices_to_jaggaer": {"psycopg", "pydantic_settings", "sqlalchemy"},
    "db upgrade": {*LEDGER, "connector.store.schema.columns", "pydantic_settings"},
}


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    given = {
        "ML_CONNECTOR_DATABASE_URL": "postgresql://ada@127.0.0.1:1/ledger",
        "ML_CONNECTOR_BROKER_URL": "redis://127.0.0.1:1/0",
    }
    said = subprocess.check_output([sys.executable, "-m", "tests.cli.loaded"], text=True, env={**os.environ, **given})
    found: dict[str, list[str]] = json.loads(said)
    return found


@pytest.mark.parametrize("kind", OF_PROCESSES)
def test_a_process_loads_what_its_kind_needs(loaded: dict[str, list[str]], kind: str) -> None:
    assert set(loaded[kind]) <= OF_PROCESSES[kind]


def test_the_list_of_commands_is_shown_without_loading_one(loaded: dict[str, list[str]]) -> None:
    assert loaded[""] == ["typer"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_loads_what_it_needs_when_it_is_typed(loaded: dict[str, list[str]], command: str) -> None:
    assert set(loaded[command]) <= {"typer"} | OF_COMMANDS.get(command, LEDGER)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_listed_with_the_first_sentence_of_its_own_help(command: str) -> None:
    known: Any = COMMANDS[command]
    assert known.sentence == PROGRAM.commands[command].get_short_help_str(1000)


@pytest.mark.parametrize("command", OF_RUNNING)
def test_a_command_that_has_run_loaded_no_system_no_client_and_no_tool_it_did_not_use(
    acme: Terminal, command: str
) -> None:
    asked = [sys.executable, "-c", TYPED, *command.split()]
    *_, modules = subprocess.check_output(asked, text=True).splitlines()
    assert set(json.loads(modules)) <= {"typer"} | OF_RUNNING[command]
