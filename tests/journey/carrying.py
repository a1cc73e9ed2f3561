"""Bringing all that the simulators hold to its end, and asking them whether it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import registry
from connector.domain import accounting_period
from connector.domain.record import UNDER_WAY
from connector.operations.work import reconciling
from connector.pipeline.poll import poll
from connector.store.audit.verifying import unheard
from tests.journey.stock import IN_ORDER
from workers.demo.reconciling import reconcile
from workers.demo.second_day import unpaid_reports

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from connector.domain.comparing import Compared
    from connector.operations.work.asked import Asked
    from connector.operations.work.reconciled import Reconciled
    from tests.journey.works import Works

#: so often nothing may move: what is in doubt is asked about several times before it is sent again
_PATIENCE = 6


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
    works.extract(flow)
    for run in works.queued(flow):
        poll(works.world, run)
        works.extract(flow)
    works.read(flow)
    stood = 0
    while stood < _PATIENCE:
        before = _standing(works, flow)
        for state in UNDER_WAY:
            works.steps(works.under_way(flow, state))
        stood = stood + 1 if _standing(works, flow) == before else 0


def unreconciled(works: Works, flows: Iterable[str]) -> list[tuple[str, str, str, str]]:
    """What the product's own reconciliation says of these flows when it asks both sides; nothing where all is right."""
    period = accounting_period.read("2020..2030")
    found = [
        line
        for flow in flows
        for line in reconciling.reconcile(
            works.operator, f"{works.integration_of(flow)}/{flow}", period, live=True, report=unheard
        )
    ]
    assert any(line.documents for line in found)
    failed = [(line.flow, "side", side.system, side.why) for line in found for side in _failed(line)]
    return failed + [(line.flow, one.kind.value, one.key, one.why) for line in found for one in line.differences]


def _failed(line: Reconciled) -> list[Asked]:
    return [side for side in (line.source, line.target) if side is not None and side.why and not side.never]


def _standing(works: Works, flow: str) -> list[list[UUID]]:
    return [works.under_way(flow, state) for state in UNDER_WAY]


def differences(works: Works) -> list[Compared]:
    states = {name: sandbox.state() for name, sandbox in works.sandboxes.items() if name not in works.instead}
    lines = reconcile(states)
    assert sorted(line.flow for line in lines) == sorted(IN_ORDER), "each flow is looked at, once"
    return [line for line in lines if not line.clean]
