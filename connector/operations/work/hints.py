"""What an event of SAP Concur brings about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector import registry
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Desk


def bring_forward(desk: Desk, *, company: str, entity: str, after: float) -> int:
    """Have the flows that read this entity of this company polled after so many seconds; returns how many will be."""
    flows = [
        flow.name
        for flow in registry.flows().values()
        if (flow.source.system, flow.source.entity) == ("concur", entity)
    ]
    with desk.transaction() as tx:
        return ledger.hints.bring_forward(tx, company=company, flows=flows, after=dt.timedelta(seconds=after))
