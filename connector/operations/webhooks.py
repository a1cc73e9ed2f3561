"""What an operator may do with the events of SAP Concur."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.ports import Subscribing
from connector.store import desk_audit, desk_connections

if TYPE_CHECKING:
    from connector.operations.desk import Desk
    from connector.ports import Subscriptions, SubscriptionShown


def subscribe(desk: Desk, connection: str, endpoint: str) -> str:
    """Ask for events at this address; returns the subscription's name."""
    parts = urlsplit(endpoint)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ConfigurationError(f"{endpoint!r} is no address; events go to one like https://host/webhooks/concur.")
    name = f"ml-connector-{connection}"
    _of(desk, connection).subscribe(name, endpoint)
    with desk.transaction() as tx:
        desk_audit.note(tx, f"connection:{connection}", "operator.subscribed", {"name": name, "endpoint": endpoint})
    return name


def listed(desk: Desk, connection: str) -> list[SubscriptionShown]:
    """Every webhook of the connection's application."""
    return list(_of(desk, connection).listed())


def remove(desk: Desk, connection: str, name: str) -> None:
    """Ask for no more events under this name."""
    _of(desk, connection).remove(name)
    with desk.transaction() as tx:
        desk_audit.note(tx, f"connection:{connection}", "operator.unsubscribed", {"name": name})


def _of(desk: Desk, name: str) -> Subscriptions:
    with desk.transaction() as tx:
        connection = desk_connections.named(tx, name)
    system = registry.system(connection.system)
    if not isinstance(system, Subscribing):
        raise ConfigurationError(f"{system.title} sends no events; webhooks are for connections to SAP Concur.")
    return cast("Subscribing", system).subscriptions(desk.application.open_connection(name))
