from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from sandbox.qad.books import Books
from sandbox.qad.seeding.seeder import Seeder as QadSeeder
from sandbox.server import running
from tests.sandbox.concur.client import Client
from tests.sandbox.concur.seeded import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.concur.financial.documents import Documents

BUSY = {"expenses": 6, "invoices": 4, "cash_advances": 2}


@contextmanager
def connected(documents: int = 0, seed: int = 1) -> Iterator[Client]:
    with running("concur", documents=documents, seed=seed) as server:
        client = Client(server)
        try:
            client.sign_in()
            yield client
        finally:
            client.session.close()


@pytest.fixture
def client() -> Iterator[Client]:
    """A company without documents, and a client that is connected to it."""
    with connected() as client:
        yield client


@pytest.fixture
def busy() -> Iterator[Client]:
    """A company with six expense reports, four invoices and two cash advances that wait."""
    with connected() as client:
        client.do(generate=BUSY)
        yield client


@pytest.fixture(scope="module")
def strict() -> Iterator[Client]:
    """One company without documents for all requests of a file that are refused, and so change nothing."""
    with connected() as client:
        yield client


@pytest.fixture(scope="module")
def strict_busy() -> Iterator[Client]:
    """Likewise, but a company with documents that wait; they may be read, too."""
    with connected() as client:
        client.do(generate=BUSY)
        yield client


@pytest.fixture(scope="session")
def shelf() -> Documents:
    return seeded(400)


@pytest.fixture(scope="session")
def beside() -> Books:
    """The simulated QAD that has as many documents."""
    books = Books()
    QadSeeder(books, 7).fill(400)
    return books
