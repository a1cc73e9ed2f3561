"""Stacks for the tests that need everything: one for each module."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from connector.config import PREFIX, read_settings
from connector.embedded.stack import Stack
from tests.e2e.plant import Plant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from connector.embedded.programs import Program

    StartPlant = Callable[..., AbstractContextManager[Plant]]

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def start_plant(server_directory: Path) -> StartPlant:
    """Starts a stack: its own servers, and its own programs unless others are named.

    Whatever the tests did to it: at the end its audit trail is whole.
    """

    @contextmanager
    def start(programs: Sequence[Program] | None = None) -> Iterator[Plant]:
        given = {
            "DATA_DIR": str(server_directory / f"e2e-{next(_NUMBERS)}"),
            "DEAD_WORKER_SECONDS": "10",
            "ALLOW_PRIVATE_ADDRESSES": "true",
            "FLOWER_PORT": "0",
        }
        with pytest.MonkeyPatch.context() as environment:
            for name, value in given.items():
                environment.setenv(f"{PREFIX}{name}", value)
            with Stack(read_settings(), programs=programs) as stack:
                plant = Plant(stack)
                yield plant
                assert plant.json("audit", "verify") == {"ok": True, "findings": []}

    return start
