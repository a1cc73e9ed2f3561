"""Bringing all that the simulators hold to its end, and asking them whether it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import registry
from connector.domain.record import UNDER_WAY
from connector.pipeline.poll import poll
from sandbox.reconciliation import qad_concur
from sandbox.reconciliation.qad_jaggaer import reconcile
from workers.demo.scenario_concur import unpaid_reports

if TYPE_CHECKING:
    from sandbox.reconciliation.qad_jaggaer import Compared
    from tests.journey.works import Works


def everything(works: Works) -> None:
    """Read every source, and bring what was found to its end."""
    for flow in registry.flows():
        if registry.flow(flow).source.entity == "expense_payments":
            qad, concur = works.sandboxes["qad"], works.sandboxes["concur"]
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
    qad, jaggaer, concur = (works.sandboxes[name].state() for name in ("qad", "jaggaer", "concur"))
    return [line for line in (*reconcile(qad, jaggaer), *qad_concur.reconcile(qad, concur)) if not line.clean]
