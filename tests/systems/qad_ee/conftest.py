from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.server import SandboxServer, running
from tests.systems.qad_ee.posting import NOTHING, target_of
from tests.systems.qad_ee.standing_in import Site, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.ports import Target


@pytest.fixture
def site() -> Iterator[Site]:
    with standing() as stood:
        yield stood


@pytest.fixture
def target(site: Site) -> Target:
    site.answer("queryPosted", NOTHING)
    return target_of(site)


@pytest.fixture(scope="module")
def shared() -> Iterator[SandboxServer]:
    """A site that is only read."""
    with running("qad-ee", seed=3, documents=12, options={"browse": True}) as server:
        yield server


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A site of one's own, to post into."""
    with running("qad-ee", seed=3, documents=4) as server:
        yield server
