"""Stacks for the tests that need everything: one for each module."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.e2e.starting import a_plant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from connector.embedded.programs import Program
    from tests.e2e.plant import Plant

    StartPlant = Callable[..., AbstractContextManager[Plant]]

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def start_plant(server_directory: Path) -> StartPlant:
    """Starts a stack; several may run at the same time."""

    def start(programs: Sequence[Program] | None = None, *, certain: bool = False) -> AbstractContextManager[Plant]:
        return a_plant(server_directory / f"e2e-{next(_NUMBERS)}", programs, certain=certain)

    return start
