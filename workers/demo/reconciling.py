"""The reconciliation at the end: what the simulators really hold, compared as the product compares a period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.comparing import compare
from sandbox.reconciliation.sides import sides

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.domain.comparing import Compared
    from sandbox.reconciliation.sides import Sides


def reconcile(states: Mapping[str, Mapping[str, Any]]) -> list[Compared]:
    """Compare what these simulators hold, by system, flow by flow; one may stand for another that is not there."""
    return compared(sides(states))


def compared(told: Iterable[Sides]) -> list[Compared]:
    """What is missing, twice, wrong or uncalled for of each flow."""
    return [
        compare(one.flow, one.wanted, one.there, wrong=one.wrong, tolerated=one.tolerated, gone=one.gone)
        for one in told
    ]
