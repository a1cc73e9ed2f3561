"""Runs, on the ledger itself or over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work import runs
from connector.store.operator.records import Record
from connector.store.operator.runs import Run
from workers.cli.reaching.choosing import chosen
from workers.cli.reaching.spelled import moment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.operations.operator import Operator
    from workers.cli.reaching.http import Server

#: keys that one request names
_AT_ONCE = 1000


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def start(self, flow: str, *, since: dt.datetime | None, limit: int | None) -> runs.Started:
        """Queue a run."""
        return runs.start(self._operator, flow, since=since, limit=limit)

    def listed(self, wanted: runs.Filter, *, flow: str | None, most: int) -> tuple[list[Run], int | None]:
        """Runs, and how many there are; None where nobody counted."""
        found = runs.list_(self._operator, wanted, flow=flow, most=most)
        return found, runs.count(self._operator, wanted, flow=flow) if len(found) >= most else None

    def progress(self, run: UUID) -> runs.Progress:
        """How far a run is."""
        return runs.progress(self._operator, run)

    def needing_somebody(self, run: UUID, *, most: int) -> list[Record]:
        """Records of a run that are not where they should be."""
        return runs.needing_somebody(self._operator, run, most=most)

    def cancel(self, run: UUID) -> Run:
        """Read no further."""
        return runs.cancel(self._operator, run)

    def reread(self, flow: str, keys: Sequence[str]) -> int:
        """Queue reads of single documents."""
        return runs.reread(self._operator, flow, keys)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def start(self, flow: str, *, since: dt.datetime | None, limit: int | None) -> runs.Started:
        """Queue a run."""
        told = self._server.change("POST", f"/flows/{flow}/runs", {"since": moment(since), "limit": limit})
        return self._server.revived(runs.Started, told)

    def listed(self, wanted: runs.Filter, *, flow: str | None, most: int) -> tuple[list[Run], int | None]:
        """Runs, and whether there are more."""
        moments = {"since": moment(wanted.since), "until": moment(wanted.until)}
        return self._server.listed(Run, "/runs", most, flow=flow, on_demand=wanted.on_demand, **moments)

    def progress(self, run: UUID) -> runs.Progress:
        """How far a run is."""
        return self._server.revived(runs.Progress, self._server.get(f"/runs/{run}"))

    def needing_somebody(self, run: UUID, *, most: int) -> list[Record]:
        """Records of a run that are not where they should be."""
        return self._server.all_revived(Record, self._server.get(f"/runs/{run}/records")["items"][:most])

    def cancel(self, run: UUID) -> Run:
        """Read no further."""
        return self._server.revived(Run, self._server.change("POST", f"/runs/{run}/cancel"))

    def reread(self, flow: str, keys: Sequence[str]) -> int:
        """Queue reads of single documents."""
        wanted, queued = [key for key in keys if key.strip()], 0
        for first in range(0, max(len(wanted), 1), _AT_ONCE):
            body = {"keys": wanted[first : first + _AT_ONCE]}
            queued += self._server.change("POST", f"/flows/{flow}/rereads", body)["queued"]
        return queued
