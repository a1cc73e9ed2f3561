"""Bringing all that the simulators hold to its end, and asking them whether it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import registry
from connector.domain.record import UNDER_WAY
from connector.pipeline.poll import poll
from sandbox.reconciliation.compared import reconcile
from tests.journey.stock import IN_ORDER
from workers.demo.second_day import unpaid_reports

if TYPE_CHECKING:
    from sandbox.reconciliation.compared import Compared
    from tests.journey.works import Works


def everything(works: Works) -> None:
    """Read every source, and bring what was found to its end."""
    for flow in IN_ORDER:
        if registry.flow(flow).source.entity == "expense_payments":
            qad, concur = works.sandbox("qad"), works.sandbox("concur")
            unpaid = unpaid_reports(qad.state("holds"), concur.state("expected"))
            qad.add_documents({"reimburse": sorted(unpaid)})
        carry(works, flow)


def carry(works: Works, flow: str) -> None:
    """Read one source, and bring what was found to its end."""
    for run in works.queued(flow):
        poll(works.world, run)
    works.read(flow)
    for state in UNDER_WAY:
        for record_id in works.under_way(flow, state):
            works.finish(record_id)


def differences(works: Works) -> list[Compared]:
    states = {name: sandbox.state() for name, sandbox in works.sandboxes.items() if name not in works.instead}
    lines = reconcile(states)
    assert sorted(line.flow for line in lines) == sorted(IN_ORDER), "each flow is looked at, once"
    return [line for line in lines if not line.clean]
