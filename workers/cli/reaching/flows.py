"""Flows over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from connector.operations.setup import flow_detail, flows
from connector.operations.setup.flow_detail import Detail
from connector.store.operator.flows import Flow
from workers.cli.reaching.calls import call, one
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.cli.reaching.http import Server


def _list(server: Server, integration: str | None = None) -> tuple[list[Flow], Mapping[UUID, int]]:
    told = server.get("/flows", integration=integration)["items"]
    older = {UUID(one["id"]): one["loaded_with_older_mapping"] for one in told if one["loaded_with_older_mapping"]}
    return all_revived(Flow, told), older


def _get(server: Server, full_name: str) -> Detail:
    told = server.get(f"/flows/{full_name}")
    return revived(Detail, {**told, "flow": told, "older": told["loaded_with_older_mapping"]})


def _switch(server: Server, full_name: str, *, enabled: bool) -> Flow:
    return revived(Flow, server.change("POST", f"/flows/{full_name}/{'enable' if enabled else 'disable'}", {}))


def _schedule(server: Server, full_name: str, line: str, timezone: str | None) -> Flow:
    body = {"schedule": line, "timezone": timezone}
    return revived(Flow, server.change("PUT", f"/flows/{full_name}/schedule", body))


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    flow_detail.list_: _list,
    flow_detail.get: _get,
    flows.switch: _switch,
    flows.hold: call("POST", "/flows/{full_name}/hold", one(Flow)),
    flows.set_schedule: _schedule,
}
