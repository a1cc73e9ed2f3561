"""What commands do at the end of a month, done over the API of a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.reconciliation import Kept
from connector.operations.work.closing import Signed
from connector.operations.work.since_signing import Since
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    from connector.domain.accounting_period import Period
    from connector.domain.reconciliation import Figure
    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server


class ApiPeriods:
    """What commands do, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def sign_off(self, named: str, period: Period, why: str, *, report: Report) -> list[Signed]:
        """Sign a period off."""
        came = self._server.work(f"{_place(period)}/sign-offs", {"of": named, "why": why}, report=report)
        return all_revived(Signed, came["signed"])

    def withdraw(self, flow: str, period: Period, why: str) -> None:
        """Take a sign-off back."""
        self._server.change("POST", f"{_place(period, flow)}/withdraw", {"why": why})

    def listed(self, named: str | None, *, most: int) -> list[Signed]:
        """The newest sign-offs."""
        found, _ = self._server.all("/sign-offs", most=most, of=named)
        return all_revived(Signed, found)

    def changes(self, flow: str, period: Period, *, report: Report) -> tuple[Since, int]:
        """What is otherwise than when it was signed off, and how many documents are; a job where it holds much."""
        place = _place(period, flow)
        if self._server.get(place)["figures"]["kept"]:
            came = self._server.work(f"{place}/changes", report=report)
            return revived(Since, came), came["changes_in_all"]
        found = revived(Since, self._server.get(f"{place}/changes"))
        return found, len(found.changes)

    def documents(self, flow: str, period: Period, figure: Figure, *, most: int) -> tuple[list[Kept], int]:
        """The first documents of a figure, and how many there are, as far as they are counted."""
        place = _place(period, flow)
        found, _ = self._server.all(f"{place}/documents", most=most, figure=figure.value)
        sums = self._server.get(place)["figures"]["sums"]
        count = sum(one["documents"] for one in sums if one["figure"] == figure.value)
        return all_revived(Kept, found), max(count, len(found))


def _place(period: Period, flow: str = "") -> str:
    days = f"{period.first.isoformat()}..{period.last.isoformat()}"
    return f"/periods/{days}/flows/{flow}" if flow else f"/periods/{days}"
