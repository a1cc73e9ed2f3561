"""The end of a month, on the ledger itself or over the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.reconciliation import Kept
from connector.operations.giving_reasons import reason
from connector.operations.work import closing, closing_job, reconciled_rows, reconciling, since_signing
from connector.operations.work.closing import Signed
from connector.operations.work.reconciled import Reconciled
from connector.operations.work.since_signing import Since
from workers.cli.reaching.choosing import chosen
from workers.keeping import keep

if TYPE_CHECKING:
    from connector.domain.accounting_period import Period
    from connector.domain.reconciliation import Figure
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server

#: of a flow, told over the API
_MOST_DIFFERENCES = 10_000


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What was found of a flow, and how many differences there are: over the API no more than some are told."""

    line: Reconciled
    differences: int


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def reconcile(self, of: str | None, period: Period, *, live: bool, csv: str, report: Report) -> list[Compared]:
        """Compare a period, and write every document into a file where one is named."""
        found = reconciling.reconcile(self._operator, of, period, live=live, report=report)
        if csv:
            lines = {line.flow: line.differences for line in found}
            keep(csv, reconciled_rows.as_csv(self._operator, period, lines))
        return [Compared(line=line, differences=len(line.differences)) for line in found]

    def sign_off(self, named: str, period: Period, why: str, *, report: Report) -> list[Signed]:
        """Sign a period off; nothing of it is signed where ``report`` raises."""
        return closing_job.sign(self._operator, named, period, why, report=report)

    def withdraw(self, flow: str, period: Period, why: str) -> None:
        """Take a sign-off back."""
        closing.withdraw(self._operator, flow, period, why)

    def listed(self, named: str | None, *, most: int) -> list[Signed]:
        """The newest sign-offs."""
        return closing.listed(self._operator, named, most=most)

    def changes(self, flow: str, period: Period, *, report: Report) -> tuple[Since, int]:
        """What is otherwise than when it was signed off, and how many documents are."""
        found = since_signing.find(self._operator, flow, period, report=report)
        return found, len(found.changes)

    def documents(self, flow: str, period: Period, figure: Figure, *, most: int) -> tuple[list[Kept], int]:
        """The first documents of a figure, and how many there are."""
        return reconciling.listed(self._operator, flow, period, figure, most=most)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def reconcile(self, of: str | None, period: Period, *, live: bool, csv: str, report: Report) -> list[Compared]:
        """Compare a period, and write every document into a file where one is named."""
        asked = {"of": of, "period": _days(period), "live": live, "most": _MOST_DIFFERENCES}
        job = self._server.job("/reconciliations", {**asked, "file": "csv" if csv else None}, report=report)
        if csv:
            keep(csv, self._server.text(f"/jobs/{job['id']}/file"))
        return [
            Compared(line=self._server.revived(Reconciled, one), differences=one["differences_in_all"])
            for one in job["result"]["flows"]
        ]

    def sign_off(self, named: str, period: Period, why: str, *, report: Report) -> list[Signed]:
        """Sign a period off."""
        body = {"of": named, "why": reason(why) if why.strip() else ""}
        came = self._server.work(f"{_place(period)}/sign-offs", body, report=report)
        return self._server.all_revived(Signed, came["signed"])

    def withdraw(self, flow: str, period: Period, why: str) -> None:
        """Take a sign-off back."""
        self._server.change("POST", f"{_place(period, flow)}/withdraw", {"why": reason(why)})

    def listed(self, named: str | None, *, most: int) -> list[Signed]:
        """The newest sign-offs."""
        return self._server.listed(Signed, "/sign-offs", most, of=named)[0]

    def changes(self, flow: str, period: Period, *, report: Report) -> tuple[Since, int]:
        """What is otherwise than when it was signed off, and how many documents are; a job where it holds much."""
        place = _place(period, flow)
        if self._server.get(place)["figures"]["kept"]:
            came = self._server.work(f"{place}/changes", report=report)
            return self._server.revived(Since, came), came["changes_in_all"]
        found = self._server.revived(Since, self._server.get(f"{place}/changes"))
        return found, len(found.changes)

    def documents(self, flow: str, period: Period, figure: Figure, *, most: int) -> tuple[list[Kept], int]:
        """The first documents of a figure, and how many there are, as far as they are counted."""
        place = _place(period, flow)
        found, _ = self._server.all(f"{place}/documents", most=most, figure=figure.value)
        sums = self._server.get(place)["figures"]["sums"]
        count = sum(one["documents"] for one in sums if one["figure"] == figure.value)
        return self._server.all_revived(Kept, found), max(count, len(found))


def _days(period: Period) -> str:
    return f"{period.first.isoformat()}..{period.last.isoformat()}"


def _place(period: Period, flow: str = "") -> str:
    return f"/periods/{_days(period)}/flows/{flow}" if flow else f"/periods/{_days(period)}"
