from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.systems.qad_ee.standing_in import Site, standing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site() -> Iterator[Site]:
    with standing() as stood:
        yield stood
