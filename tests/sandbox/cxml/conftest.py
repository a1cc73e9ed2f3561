from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.server import running
from tests.sandbox.cxml.buyer import ORDER, Buyer, order
from tests.sandbox.cxml.receiver import Endpoint, listening
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def buyer() -> Iterator[Buyer]:
    """The buyer of a network that knows no order."""
    with running("cxml", documents=0) as server:
        yield Buyer(server)


@pytest.fixture(scope="module")
def strict() -> Iterator[Buyer]:
    """One network for all requests of a file that are refused, and so change nothing."""
    with running("cxml", documents=0) as server:
        yield Buyer(server)


@pytest.fixture(scope="module")
def ordered() -> Iterator[Buyer]:
    """One network that has one order, for requests that are refused."""
    with running("cxml", documents=0) as server:
        buyer = Buyer(server)
        buyer.send(order())
        yield buyer


@pytest.fixture
def supplied(buyer: Buyer) -> Iterator[tuple[Buyer, Endpoint]]:
    """A buyer whose two orders of one supplier are known, and the endpoint to which documents are sent."""
    with listening() as endpoint:
        buyer.server.set_options(receiver_url=endpoint.url, retry_seconds=0.01, timeout=HANG_SECONDS)
        buyer.do(orders=[ORDER, {**ORDER, "order": "PO2"}])
        yield buyer, endpoint
