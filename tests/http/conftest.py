from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.http.misbehaving import Server, misbehaving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving() as server:
        yield server
