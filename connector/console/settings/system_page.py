"""``/settings/system``: processes, queues, the clock, versions, the database, and how long things are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.console.serving.answers import Answer, Page
from connector.operations.health import machinery

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from connector.console.serving.desk import Asked, Desk

PLACE = "/settings/system"


def add(desk: Desk, silent_after: dt.timedelta, flower: Callable[[], str]) -> None:
    """Add this page; ``flower`` says where Flower is, empty where nobody knows."""

    @desk.page(PLACE)
    def _system(asked: Asked) -> Answer:
        return Page(
            template="settings_system.html",
            title="System",
            shows={"it": machinery.look(asked.operator, silent_after), "flower": flower()},
            live=True,
        )
