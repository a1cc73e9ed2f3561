"""The end of a month over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.reconciliation import Kept
from connector.operations.work import closing, closing_job, reconciled_rows, reconciling, since_signing
from connector.operations.work.closing import Signed
from connector.operations.work.reconciled import Reconciled
from connector.operations.work.since_signing import Since
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from connector.domain.accounting_period import Period
    from connector.domain.reconciliation import Figure
    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server

#: of a flow, told over the API
_MOST_DIFFERENCES = 10_000


def _reconcile(
    server: Server, named: str | None, period: Period, *, live: bool, csv: bool, report: Report
) -> tuple[list[tuple[Reconciled, int]], Iterable[str]]:
    """No more than some differences are told, all of them are counted, and the file has them all."""
    asked = {"of": named, "period": _days(period), "live": live, "most": _MOST_DIFFERENCES}
    job = server.job("/reconciliations", {**asked, "file": "csv" if csv else None}, report=report)
    found = [(revived(Reconciled, one), one["differences_in_all"]) for one in job["result"]["flows"]]
    return found, server.text(f"/jobs/{job['id']}/file") if csv else ()


def _sign(server: Server, named: str, period: Period, why: str = "", *, report: Report) -> list[Signed]:
    came = server.work(f"{_place(period)}/sign-offs", {"of": named, "why": why}, report=report)
    return all_revived(Signed, came["signed"])


def _withdraw(server: Server, full_name: str, period: Period, why: str) -> None:
    server.change("POST", f"{_place(period, full_name)}/withdraw", {"why": why})


def _listed(server: Server, named: str | None, *, most: int) -> list[Signed]:
    return server.listed(Signed, "/sign-offs", most, of=named)[0]


def _changes(server: Server, full_name: str, period: Period, *, report: Report) -> tuple[Since, int]:
    """A job where it holds much."""
    place = _place(period, full_name)
    if server.get(place)["figures"]["kept"]:
        came = server.work(f"{place}/changes", report=report)
        return revived(Since, came), came["changes_in_all"]
    found = revived(Since, server.get(f"{place}/changes"))
    return found, len(found.changes)


def _documents(
    server: Server, named: str, period: Period, figure: Figure | None, *, most: int
) -> tuple[list[Kept], int]:
    """How many there are as far as they are counted."""
    place = _place(period, named)
    found, _ = server.all(f"{place}/documents", most=most, figure=figure or "")
    sums = server.get(place)["figures"]["sums"]
    count = sum(one["documents"] for one in sums if figure is None or one["figure"] == figure.value)
    return all_revived(Kept, found), max(count, len(found))


def _days(period: Period) -> str:
    return f"{period.first.isoformat()}..{period.last.isoformat()}"


def _place(period: Period, flow: str = "") -> str:
    return f"/periods/{_days(period)}/flows/{flow}" if flow else f"/periods/{_days(period)}"


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    reconciled_rows.reconcile: _reconcile,
    reconciling.listed: _documents,
    closing_job.sign: _sign,
    closing.withdraw: _withdraw,
    closing.listed: _listed,
    since_signing.counted: _changes,
}
