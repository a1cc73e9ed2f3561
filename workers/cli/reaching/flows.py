"""Flows, on the ledger itself or over the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.operations.setup import flows
from connector.store.operator.flows import Flow
from workers.cli.reaching.choosing import chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.operations.operator import Operator
    from workers.cli.reaching.http import Server


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A flow, and what is to be known of it."""

    flow: Flow
    older: int
    unchecked: tuple[str, ...]
    lacks: tuple[str, ...]


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def listed(self, integration: str | None) -> tuple[list[Flow], Mapping[UUID, int]]:
        """Flows, and how many documents an older mapping loaded."""
        found = flows.list_(self._operator, integration)
        return found, flows.otherwise(self._operator, found)

    def one(self, name: str) -> Detail:
        """One flow."""
        found = flows.get(self._operator, name)
        return Detail(
            flow=found,
            older=flows.otherwise(self._operator, [found]).get(found.id, 0),
            unchecked=flows.unchecked(self._operator, found),
            lacks=flows.lacks(self._operator, found),
        )

    def switch(self, name: str, *, enabled: bool) -> Flow:
        """Switch a flow on or off."""
        return flows.switch(self._operator, name, enabled=enabled)

    def hold(self, name: str, why: str) -> Flow:
        """Hold a flow."""
        return flows.hold(self._operator, name, why)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def listed(self, integration: str | None) -> tuple[list[Flow], Mapping[UUID, int]]:
        """Flows, and how many documents an older mapping loaded."""
        told = self._server.get("/flows", integration=integration)["items"]
        older = {UUID(one["id"]): one["loaded_with_older_mapping"] for one in told if one["loaded_with_older_mapping"]}
        return self._server.all_revived(Flow, told), older

    def one(self, name: str) -> Detail:
        """One flow."""
        return self._detail(self._server.get(f"/flows/{name}"))

    def switch(self, name: str, *, enabled: bool) -> Flow:
        """Switch a flow on or off."""
        return self._changed("POST", f"/flows/{name}/{'enable' if enabled else 'disable'}", {})

    def hold(self, name: str, why: str) -> Flow:
        """Hold a flow."""
        return self._changed("POST", f"/flows/{name}/hold", {"why": why})

    def _changed(self, method: str, path: str, body: Mapping[str, Any]) -> Flow:
        return self._detail(self._server.change(method, path, body)).flow

    def _detail(self, told: Any) -> Detail:  # noqa: ANN401 - JSON holds anything
        return Detail(
            flow=self._server.revived(Flow, told),
            older=told["loaded_with_older_mapping"],
            unchecked=tuple(told["unchecked"]),
            lacks=tuple(told["lacks"]),
        )
