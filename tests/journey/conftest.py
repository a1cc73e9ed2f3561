"""One works for all of these tests: it holds what documents depend on, and of every flow some wait for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journey.stock import Stock
from tests.journey.works import open_works

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def stock(lasting_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    with open_works(lasting_database_url, tmp_path_factory.mktemp("works"), documents=8) as works:
        yield Stock.laid_in(works)
