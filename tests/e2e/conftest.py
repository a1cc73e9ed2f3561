"""Stacks for the tests that need everything; what several files can share ends with the last of them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.embedded.programs import beat
from tests.e2e.plant import worker
from tests.e2e.starting import a_plant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from connector.embedded.programs import Program
    from tests.e2e.plant import Plant

    StartPlant = Callable[..., AbstractContextManager[Plant]]

_NUMBERS = itertools.count(1)
WORKERS = ("one", "two", "three", "four")


@pytest.fixture(scope="session")
def start_plant(server_directory: Path) -> StartPlant:
    """Starts a stack; several may run at the same time."""

    def start(programs: Sequence[Program] | None = None, **how: bool) -> AbstractContextManager[Plant]:
        return a_plant(server_directory / f"e2e-{next(_NUMBERS)}", programs, **how)

    return start


@pytest.fixture(scope="package")
def up(start_plant: StartPlant) -> Iterator[Plant]:
    """What ``ml-connector up`` starts. Its customers do not know each other."""
    with start_plant() as started:
        started.shared = True
        yield started


@pytest.fixture(scope="package")
def four_workers(start_plant: StartPlant) -> Iterator[Plant]:
    """Workers for every kind of work with one process each, and two clocks. Nothing but what a test does goes wrong."""
    workers = [worker(name, processes=1) for name in WORKERS]
    with start_plant([*workers, beat(), replace(beat(), name="beat-2")], certain=True, patient=True) as started:
        started.shared = True
        started.until(lambda: len(started.ask("SELECT id FROM workers")) == len(WORKERS) + 2, "all of them began")
        yield started
