from __future__ import annotations

import pytest

from connector.operations.check import Health
from connector.operations.health import postgres
from connector.store.operator.figures import Server


@pytest.mark.parametrize(
    ("used", "health"),
    [
        (0, Health.OK),
        (77, Health.OK),
        (78, Health.WARNING),
        (92, Health.WARNING),
        (93, Health.WRONG),
        (97, Health.WRONG),
    ],
)
def test_connections_are_spoken_of_before_there_are_none(used: int, health: Health) -> None:
    check = postgres.connections(Server(size=1, connections=used, most=97))
    assert check.health is health
    assert check.found.startswith(f"{used} of 97 in use")
    assert bool(check.advice) is (health is not Health.OK)
