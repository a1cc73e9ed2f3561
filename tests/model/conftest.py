from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipeline.conftest import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    """The bench of the pipeline's tests, for many examples one after the other."""
    made = Bench(database_url)
    yield made
    made.ledger.close()
