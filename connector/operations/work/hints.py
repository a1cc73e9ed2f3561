"""What an event of a system brings about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector import registry
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.ports import Hint


def read_soon(operator: Operator, connection: str, system: str, entity: str, after: float = 0.0) -> int:
    """Have the flows that read this entity from this connection polled after so many seconds; returns how many."""
    documents = registry.documents_of(system)
    flows = [
        flow.name
        for flow in registry.flows().values()
        if (flow.source.system, flow.source.entity) == (documents, entity)
    ]
    with operator.transaction() as tx:
        return ledger.hints.read_soon(tx, connection, flows=flows, after=dt.timedelta(seconds=after))


def bring_forward(operator: Operator, system: str, hint: Hint, after: float) -> int:
    """Have the flows that read this entity of this company polled after so many seconds; returns how many will be."""
    flows = [
        flow.name
        for flow in registry.flows().values()
        if (flow.source.system, flow.source.entity) == (system, hint.entity)
    ]
    whose = ledger.hints.Whose(system=system, field=registry.sender(system).events.company, company=hint.company)
    with operator.transaction() as tx:
        return ledger.hints.bring_forward(tx, whose, flows=flows, after=dt.timedelta(seconds=after))
