"""Events of a system over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work import webhooks
from connector.operations.work.webhooks import Webhook
from workers.cli.reaching.calls import call, field, items
from workers.cli.reaching.places import part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.cli.reaching.http import Server


def _remove(server: Server, connection: str, name: str) -> None:
    server.change("POST", f"/connections/{part(connection)}/webhooks/remove", {"webhook": name})


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    webhooks.list_: call("GET", "/connections/{connection}/webhooks", items(Webhook)),
    webhooks.subscribe: call("POST", "/connections/{connection}/webhooks", field("subscribed")),
    webhooks.remove: _remove,
}
