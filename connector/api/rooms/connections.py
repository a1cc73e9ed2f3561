"""``/connections``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.api.models.setup import Connection
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.operations.setup import connections

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["connections"]
_ONE = "/connections/{name}"


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/connections", tags=_TAGS)
    def list_connections(asks: Asks) -> Page[Connection]:
        """List all connections by name, without their secrets."""
        return Page(items=[Connection.of(one) for one in connections.list_(asks.operator)])

    @service.reads(_ONE, tags=_TAGS)
    def show_connection(asks: Asks, name: str) -> Connection:
        """Show a connection, without its secrets."""
        return Connection.of(connections.get(asks.operator, name))
