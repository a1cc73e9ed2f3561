"""``/work``: what needs a person, one row for each cause."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.console.serving.answers import Answer, Page
from connector.console.serving.cookies import zone
from connector.operations.work import needs

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

PLACE = "/work"


def add(desk: Desk, long_wait: dt.timedelta) -> None:
    """Add this page; what waits for longer than that is said to."""

    def work(asked: Asked) -> Answer:
        now = dt.datetime.now(zone(asked.request))
        found = needs.list_(
            asked.operator,
            today=now.replace(hour=0, minute=0, second=0, microsecond=0),
            long_ago=now - long_wait,
        )
        return Page(template="work.html", title="Work", shows={"needs": found}, live=True)

    desk.page(PLACE)(work)
