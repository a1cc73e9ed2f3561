"""Runs over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work import runs
from connector.operations.work.runs import Progress, Started
from connector.store.operator.records import Record
from connector.store.operator.runs import Run
from workers.cli.reaching.calls import call, one
from workers.cli.reaching.revived import all_revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from workers.cli.reaching.http import Server

#: keys that one request names
_AT_ONCE = 1000


def _listed(server: Server, wanted: runs.Filter, *, flow: str | None, most: int) -> tuple[list[Run], int | None]:
    moments = {"since": wanted.since, "until": wanted.until}
    return server.listed(Run, "/runs", most, flow=flow, on_demand=wanted.on_demand, **moments)


def _needing_somebody(server: Server, run_id: UUID, *, most: int) -> list[Record]:
    return all_revived(Record, server.get(f"/runs/{run_id}/records")["items"][:most])


def _reread(server: Server, flow_name: str, keys: Sequence[str]) -> int:
    wanted, queued = [key for key in keys if key.strip()], 0
    for first in range(0, max(len(wanted), 1), _AT_ONCE):
        body = {"keys": wanted[first : first + _AT_ONCE]}
        queued += server.change("POST", f"/flows/{flow_name}/rereads", body)["queued"]
    return queued


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    runs.start: call("POST", "/flows/{flow_name}/runs", one(Started)),
    runs.listed: _listed,
    runs.progress: call("GET", "/runs/{run_id}", one(Progress)),
    runs.needing_somebody: _needing_somebody,
    runs.cancel: call("POST", "/runs/{run_id}/cancel", one(Run)),
    runs.reread: _reread,
}
