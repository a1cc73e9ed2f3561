"""Messages over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work import messages
from connector.operations.work.messages import Shown
from connector.store.operator.messages import Stored
from workers.cli.reaching.calls import call, one
from workers.cli.reaching.revived import revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.cli.reaching.http import Server

#: that are quarantined of one connection
_MOST = 100_000


def _listed(server: Server, wanted: messages.Filter, *, most: int) -> tuple[list[Stored], int | None]:
    names = ("connection", "entity", "key", "quarantined", "since", "until")
    return server.listed(Stored, "/messages", most, **{name: getattr(wanted, name) for name in names})


def _get(server: Server, number: int, *, payload: bool = False) -> Shown:
    told = server.get(f"/messages/{number}")
    if payload:
        body = server.get(f"/messages/{number}/body")
        told |= {"body": body["text"], "body_base64": body["base64"]}
    return revived(Shown, told)


def _quarantined(server: Server, connection: str) -> list[int]:
    found, _ = _listed(server, messages.Filter(connection=connection, quarantined=True), most=_MOST)
    return sorted(one.number for one in found)


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    messages.listed: _listed,
    messages.get: _get,
    messages.quarantined: _quarantined,
    messages.retry: call("POST", "/messages/{number}/retry", one(Stored)),
    messages.discard: call("POST", "/messages/{number}/discard", one(Stored)),
    messages.restore: call("POST", "/messages/{number}/restore", one(Stored)),
}
