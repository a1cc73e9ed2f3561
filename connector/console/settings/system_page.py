"""``/settings/system``: processes, queues, the clock, versions, the database, and how long things are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.console.serving.answers import Answer, Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.health.machinery import Machinery
    from connector.operations.operator import Operator

PLACE = "/settings/system"


def add(desk: Desk, look: Callable[[Operator], Machinery], flower: Callable[[], str]) -> None:
    """Add this page; ``flower`` says where Flower is, empty where nobody knows."""

    @desk.page(PLACE)
    def _system(asked: Asked) -> Answer:
        return Page(
            template="settings_system.html",
            title="System",
            shows={"it": look(asked.operator), "flower": flower()},
            live=True,
        )
