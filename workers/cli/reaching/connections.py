"""Connections over the API: what files refer to is read here, and sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.exchange import PingReport
from connector.operations.setup import (
    accepting,
    connection_detail,
    connections,
    foreign,
    names,
    ping,
    quick_connect,
    references,
    stopping,
)
from connector.operations.setup.connection_detail import Detail
from connector.operations.setup.connections import ENTITIES
from connector.operations.setup.ping import Pinged
from connector.operations.setup.quick_connect import Connected
from connector.store.operator.connections import Connection
from workers.cli.reaching.calls import call, field, items, one
from workers.cli.reaching.places import part
from workers.cli.reaching.revived import revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.cli.reaching.http import Server


def _get(server: Server, name: str) -> Detail:
    told = server.get(f"/connections/{part(name)}")
    return revived(Detail, {**told, "connection": told})


def _add(server: Server, name: str, system: str, written: Mapping[str, Any]) -> Connection:
    names.checked("a connection", name)
    plain = {key: value for key, value in written.items() if key != ENTITIES}
    foreign.check_connection(system, plain)
    config = {**written, **references.resolve(plain, registry.system(system).secrets)}
    return revived(
        Connection, server.change("POST", "/connections", {"name": name, "system": system, "config": config})
    )


def _rotate(server: Server, name: str, written: Mapping[str, Any], *, same_tenant: bool = False) -> Connection:
    system = server.get(f"/connections/{part(name)}")["system"]
    config = {**written, **connections.replacing(system, written)}
    body = {"config": config, "same_tenant": same_tenant}
    return revived(Connection, server.change("PUT", f"/connections/{part(name)}/credentials", body))


def _connect(
    server: Server,
    name: str,
    written: Mapping[str, Any] | None,
    *,
    company: str,
    request_token: str,
    system: str = "",
) -> Connected:
    names.checked("a connection", name)
    body: dict[str, Any] = {
        "company": company,
        "request_token": quick_connect.handed_over(request_token),
        "system": system,
    }
    if written is not None:
        body["config"] = quick_connect.application(quick_connect.market_of(system), written)
    return revived(Connected, server.change("POST", f"/connections/{part(name)}/connect", body))


def _ping(server: Server, name: str) -> Pinged:
    told = server.work(f"/connections/{part(name)}/ping")
    if told["problem"]:
        raise ConnectorError(told["problem"])
    return Pinged(report=revived(PingReport, told), freed=told["freed"], stopped_why=told["stopped_why"])


def _accept(server: Server, name: str, new_name: str = "") -> Connection:
    if new_name:
        names.checked("a connection", new_name)
    return revived(Connection, server.change("POST", f"/connections/{part(name)}/accept", {"name": new_name}))


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    connections.list_: call("GET", "/connections", items(Connection)),
    connections.add: _add,
    connections.rotate: _rotate,
    connections.remove: call("DELETE", "/connections/{name}", field("messages")),
    connection_detail.get: _get,
    ping.ping: _ping,
    quick_connect.connect: _connect,
    accepting.accept: _accept,
    stopping.stop: call("POST", "/connections/{name}/stop", one(Connection)),
    stopping.resume: call("POST", "/connections/{name}/resume", field("released")),
}
