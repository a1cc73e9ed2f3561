"""Starts plants: uncertain ones unless a test needs certainty, with somebody at their points when asked."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.config import PREFIX, read_settings
from connector.embedded.stack import Stack, postgres_of
from tests.e2e.plant import SECRETS, Plant
from tests.prepared import lay_ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from connector.embedded.programs import Program

UNCERTAIN_SEED = "27"
_UNDER_FIRE = {"workers.app": "tests.fire.app", "workers.console": "tests.fire.console"}


def under_fire(program: Program, **environment: str) -> Program:
    """The same program with somebody standing at its points (`tests.fire`)."""
    command = tuple(_UNDER_FIRE.get(word, word) for word in program.command)
    return replace(program, command=command, environment={**environment, **program.environment})


class UncertainStack(Stack):
    """A stack where one in a hundred commits and writes succeeds and looks as if it had not."""

    def _own_programs(self) -> list[Program]:
        received = self.settings.webhook_signers or self.settings.applications or self.settings.receive_documents
        found = super()._own_programs()
        # people look at nothing here, and a process costs a second
        return [_uncertain(program) for program in found if received or program.name != "console"]


def _uncertain(program: Program) -> Program:
    return (
        under_fire(program, FIRE_SEED=UNCERTAIN_SEED)
        if program.name.startswith(("worker", "beat", "console"))
        else program
    )


@contextmanager
def a_plant(
    data_dir: Path, programs: Sequence[Program] | None = None, *, certain: bool = False, patient: bool = False
) -> Iterator[Plant]:
    """A stack with its own servers, and its own programs unless others are named.

    Unless it is ``certain``, one in a hundred of its commits and writes succeeds and looks as if it had not. Unless it
    is ``patient``, nobody sits delays out. Whatever is done to it: at the end its audit trail is whole.
    """
    given = {
        "DATA_DIR": str(data_dir),
        "DEAD_WORKER_SECONDS": "10",
        "ALLOW_PRIVATE_ADDRESSES": "true",
        "SHORTEST_SCHEDULE_SECONDS": "1",
        "FLOWER_PORT": "0",
        "CONSOLE_PORT": "0",
    }
    environment = {**{f"{PREFIX}{name}": value for name, value in given.items()}, **SECRETS}
    lay_ready(postgres_of(data_dir))
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        if programs is not None and not certain:
            programs = [_uncertain(program) for program in programs]
        started = (Stack if certain else UncertainStack)(read_settings(), programs=programs)
        with started as stack, closing(Plant(stack, patient=patient)) as plant:
            yield plant
            assert plant.json("audit", "verify")["findings"] == []
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
