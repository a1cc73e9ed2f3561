"""What needs a person, on the ledger itself or over the API."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.operations.work import needs
from connector.operations.work.needs import Need
from workers.cli.reaching.choosing import chosen

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from workers.cli.reaching.http import Server


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def listed(self, now: dt.datetime) -> list[Need]:
        """What needs a person."""
        from connector.config import load_settings  # noqa: PLC0415 - for those who use it

        long = dt.timedelta(hours=load_settings().longest_unfinished_hours)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return needs.list_(self._operator, today=today, long_ago=now - long)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def listed(self, _: dt.datetime) -> list[Need]:
        """As the ledger does; the day begins there."""
        return self._server.all_revived(Need, self._server.get("/needs")["items"])
