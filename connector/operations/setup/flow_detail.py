"""All there is to know of flows, also what their rows do not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.operations.setup import flows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.flows import Flow


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A flow, and what its row does not say."""

    flow: Flow
    #: how many of its documents an older mapping loaded
    older: int
    #: what it does not check, and what it does without
    unchecked: tuple[str, ...]
    lacks: tuple[str, ...]


def list_(operator: Operator, integration: str | None = None) -> tuple[list[Flow], Mapping[UUID, int]]:
    """All flows, each after those it depends on; and how many documents an older mapping loaded, where it did."""
    found = flows.list_(operator, integration)
    return found, flows.otherwise(operator, found)


def get(operator: Operator, full_name: str) -> Detail:
    """One flow; raises UnknownName."""
    found = flows.get(operator, full_name)
    return Detail(
        flow=found,
        older=flows.otherwise(operator, [found]).get(found.id, 0),
        unchecked=flows.unchecked(operator, found),
        lacks=flows.lacks(operator, found),
    )
