"""Stacks for the tests that need everything: one for each module, each customer with simulated systems of its own."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from connector.config import PREFIX, read_settings
from connector.embedded.stack import Stack
from connector.sandbox.server import running
from tests.e2e.plant import Customer, Plant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from connector.embedded.programs import Program

    StartPlant = Callable[..., AbstractContextManager[Plant]]
    NewCustomer = Callable[..., Customer]

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


@pytest.fixture
def new_customer(tmp_path: Path) -> Iterator[NewCustomer]:
    """Makes a customer with a QAD and a JAGGAER of their own; not set up in the product yet."""
    opened: list[AbstractContextManager[object]] = []

    def make(plant: Plant, *, seed: int = 1, documents: int, latency_ms: int = 0) -> Customer:
        qad = running("qad", seed=seed, documents=documents, latency_ms=latency_ms)
        jaggaer = running("jaggaer", seed=seed, documents=0, latency_ms=latency_ms)
        customer = Customer(plant=plant, name=f"acme{next(_NUMBERS)}", qad=qad.__enter__(), jaggaer=jaggaer.__enter__())
        opened.extend((qad, jaggaer))
        return customer

    yield make
    for sandbox in opened:
        sandbox.__exit__(None, None, None)
