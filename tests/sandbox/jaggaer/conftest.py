from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from sandbox.server import running
from tests.sandbox.jaggaer.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def signed_in() -> Iterator[Client]:
    with running("jaggaer", documents=0) as server:
        client = Client(server)
        client.sign_in()
        yield client
        client.session.close()


@pytest.fixture
def client() -> Iterator[Client]:
    """An empty tenant with a client that has a token."""
    with signed_in() as client:
        yield client


@pytest.fixture
def stocked(client: Client) -> Client:
    """A tenant that knows supplier V1001, account 4000 and order PO1 with two lines."""
    client.prepare()
    return client


@pytest.fixture(scope="module")
def strict() -> Iterator[Client]:
    """One empty tenant for all the requests of a file that are refused, and so change nothing."""
    with signed_in() as client:
        yield client


@pytest.fixture(scope="module")
def strict_stocked() -> Iterator[Client]:
    """Likewise, but a tenant that is stocked."""
    with signed_in() as client:
        client.prepare()
        yield client
