"""Integrations over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.setup import crosswalks, integrations, names, removing
from connector.operations.setup.integrations import Shown
from connector.operations.setup.removing import Removed
from connector.store.operator.flows import Flow
from connector.store.operator.integrations import Integration
from workers.cli.reaching.calls import call, items
from workers.cli.reaching.places import part
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.operations.setup.crosswalks import Report
    from workers.cli.reaching.http import Server


def _get(server: Server, name: str) -> Shown:
    about = revived(Integration, server.get(f"/integrations/{part(name)}"))
    its = all_revived(Flow, server.get("/flows", integration=name)["items"])
    return Shown(integration=about, flows=sorted(its, key=lambda flow: flow.id))


def _add(server: Server, name: str, kind: str, source: str, target: str) -> Shown:
    names.checked("an integration", name)
    server.change("POST", "/integrations", {"name": name, "kind": kind, "source": source, "target": target})
    return _get(server, name)


def _remove(server: Server, name: str, why: str, *, abandon: bool, report: Report = crosswalks.quietly) -> Removed:
    body = {"why": why, "abandon": abandon}
    return revived(Removed, server.work(f"/integrations/{part(name)}/remove", body, report=report))


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    integrations.list_: call("GET", "/integrations", items(Integration)),
    integrations.get: _get,
    integrations.add: _add,
    removing.remove: _remove,
}
