"""Master data compared in both directions, on the ledger itself or over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work import drifting
from connector.operations.work.drifting import Compared
from workers.cli.reaching.choosing import chosen

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def compare(self, named: str | None, *, days: int, report: Report) -> list[Compared]:
        """Ask both sides."""
        return drifting.compare(self._operator, named, days=days, report=report)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def compare(self, named: str | None, *, days: int, report: Report) -> list[Compared]:
        """Ask both sides."""
        came = self._server.work("/master-data/comparisons", {"of": named, "days": days}, report=report)
        return self._server.all_revived(Compared, came["flows"])
