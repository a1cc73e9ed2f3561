"""What an operator may do with the events of a system."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.http.guard import check_url, refused
from connector.http.redact import redacted
from connector.inbound import paths
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.ports import Subscribing, Subscriptions


def subscribe(operator: Operator, connection: str, endpoint: str) -> str:
    """Ask for events at this address; returns the subscription's name, which no other deployment has.

    Raises ConfigurationError for an address at which none could arrive, and for a name that has another address:
    whoever made that one would get no events any more.
    """
    with operator.transaction() as tx:
        found = ledger.connections.named(tx, connection)
    of_ours, sender = found.id, registry.sender(found.system)
    subscriptions = _of(operator, connection)
    check(sender, endpoint, allow_private=operator.application.open_connection(connection).allow_private_addresses)
    name = f"ml-connector-{connection}-{of_ours.hex[-12:]}"
    taken = next((one for one in subscriptions.list_() if one.name == name), None)
    if taken is not None and taken.endpoint != endpoint:
        raise ConfigurationError(
            f"Events of {connection} go to {taken.endpoint} already, under the name {name}; if they should go to "
            f"{endpoint} instead, run `ml-connector webhook remove {connection} {name}` first."
        )
    subscriptions.subscribe(name, endpoint)
    with operator.transaction() as tx:
        ledger.audit.note(tx, f"connection:{connection}", "operator.subscribed", {"name": name, "endpoint": endpoint})
    return name


def check(sender: Subscribing, endpoint: str, *, allow_private: bool) -> None:
    """Raises ConfigurationError with what is wrong with an address that a system could not send events to."""
    title, here = sender.title, paths.webhook(sender.name)
    parts = check_url(endpoint, allow_plain=True, name="The endpoint")
    if not allow_private and parts.scheme != "https":
        raise ConfigurationError(
            f"The endpoint: {redacted(endpoint)} is not encrypted; use https, {title} sends events nowhere else."
        )
    if not allow_private and not _is_public(str(parts.hostname)):
        raise ConfigurationError(
            f"The endpoint: {title} cannot reach {parts.hostname}; name the host by which the internet knows it."
        )
    if parts.path != here or parts.query or parts.fragment:
        raise ConfigurationError(
            f"The endpoint: events of {title} are received at exactly {here}; "
            f"write {parts.scheme}://{parts.netloc}{here}."
        )


def _is_public(host: str) -> bool:
    """Whether a host may be known to the internet, as far as its name tells."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".localhost", ".internal"))
    return not refused(address, allow_private=False)


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A webhook as its system lists it."""

    name: str
    endpoint: str
    topic: str
    filter: str


def list_(operator: Operator, connection: str) -> list[Webhook]:
    """Every webhook of the connection's application."""
    found = _of(operator, connection).list_()
    return [Webhook(name=one.name, endpoint=one.endpoint, topic=one.topic, filter=one.filter) for one in found]


def remove(operator: Operator, connection: str, name: str) -> None:
    """Ask for no more events under this name."""
    _of(operator, connection).remove(name)
    with operator.transaction() as tx:
        ledger.audit.note(tx, f"connection:{connection}", "operator.unsubscribed", {"name": name})


def _of(operator: Operator, name: str) -> Subscriptions:
    with operator.transaction() as tx:
        connection = ledger.connections.named(tx, name)
    return registry.sender(connection.system).subscriptions(operator.application.open_connection(name))
