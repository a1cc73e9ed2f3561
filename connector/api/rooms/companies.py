"""``/connections/.../connect``: companies that connect themselves where their system has a marketplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.api.models.connections import Accepting, Connected, Connection, HandedOver
from connector.api.serving.asked import Asks
from connector.domain.role import Role
from connector.operations.setup import accepting, given, quick_connect

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["connections"]
_ONE = "/connections/{name}"


def add(service: Service) -> None:
    """Add these resources."""

    @service.changes("POST", f"{_ONE}/connect", role=Role.ADMIN, tags=_TAGS)
    def connect_company(asks: Asks, name: str, asked: HandedOver) -> Connected:
        """Exchange what was handed over of a company, for a new connection or for one that ends.

        It is kept under another name where somebody took this one meanwhile: `connection` says which.
        """
        made = quick_connect.connect(
            asks.operator,
            name,
            asked.config,
            company=asked.company,
            request_token=asked.request_token,
            system=asked.system,
            resolve=given.in_clear,
        )
        return Connected.told(made)

    @service.changes("POST", f"{_ONE}/accept", role=Role.ADMIN, tags=_TAGS)
    def accept_company(asks: Asks, name: str, asked: Accepting) -> Connection:
        """Let a company that connected itself be used, under a name of ours; removing it turns it away."""
        return Connection.told(accepting.accept(asks.operator, name, asked.name))
