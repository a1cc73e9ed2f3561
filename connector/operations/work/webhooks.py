"""What an operator may do with the events of SAP Concur."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, cast

from connector import registry
from connector.console import paths
from connector.domain.errors import ConfigurationError
from connector.http.guard import check_url, refused
from connector.http.redact import shown
from connector.ports import Subscribing
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Desk
    from connector.ports import Subscriptions, SubscriptionShown


def subscribe(desk: Desk, connection: str, endpoint: str) -> str:
    """Ask for events at this address; returns the subscription's name, which no other deployment has.

    Raises ConfigurationError for an address at which none could arrive, and for a name that has another address:
    whoever made that one would get no events any more.
    """
    with desk.transaction() as tx:
        of_ours = ledger.connections.named(tx, connection).id
    subscriptions = _of(desk, connection)
    check(endpoint, allow_private=desk.application.open_connection(connection).allow_private_addresses)
    name = f"ml-connector-{connection}-{of_ours.hex[-12:]}"
    taken = next((one for one in subscriptions.listed() if one.name == name), None)
    if taken is not None and taken.endpoint != endpoint:
        raise ConfigurationError(
            f"Events of {connection} go to {taken.endpoint} already, under the name {name}; if they should go to "
            f"{endpoint} instead, run `ml-connector webhook remove {connection} {name}` first."
        )
    subscriptions.subscribe(name, endpoint)
    with desk.transaction() as tx:
        ledger.audit.note(tx, f"connection:{connection}", "operator.subscribed", {"name": name, "endpoint": endpoint})
    return name


def check(endpoint: str, *, allow_private: bool) -> None:
    """Raises ConfigurationError with what is wrong with an address that SAP Concur could not send events to."""
    parts = check_url(endpoint, allow_plain=True, name="The endpoint")
    if not allow_private and parts.scheme != "https":
        raise ConfigurationError(
            f"The endpoint: {shown(endpoint)} is not encrypted; use https, SAP Concur sends events nowhere else."
        )
    if not allow_private and not _is_public(str(parts.hostname)):
        raise ConfigurationError(
            f"The endpoint: SAP Concur cannot reach {parts.hostname}; name the host by which the internet knows it."
        )
    if parts.path != paths.WEBHOOK or parts.query or parts.fragment:
        raise ConfigurationError(
            f"The endpoint: events are received at exactly {paths.WEBHOOK}; "
            f"write {parts.scheme}://{parts.netloc}{paths.WEBHOOK}."
        )


def _is_public(host: str) -> bool:
    """Whether a host may be known to the internet, as far as its name tells."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".localhost", ".internal"))
    return not refused(address, allow_private=False)


def listed(desk: Desk, connection: str) -> list[SubscriptionShown]:
    """Every webhook of the connection's application."""
    return list(_of(desk, connection).listed())


def remove(desk: Desk, connection: str, name: str) -> None:
    """Ask for no more events under this name."""
    _of(desk, connection).remove(name)
    with desk.transaction() as tx:
        ledger.audit.note(tx, f"connection:{connection}", "operator.unsubscribed", {"name": name})


def _of(desk: Desk, name: str) -> Subscriptions:
    with desk.transaction() as tx:
        connection = ledger.connections.named(tx, name)
    system = registry.system(connection.system)
    if not isinstance(system, Subscribing):
        raise ConfigurationError(f"{system.title} sends no events; webhooks are for connections to SAP Concur.")
    return cast("Subscribing", system).subscriptions(desk.application.open_connection(name))
