"""Which lines of a ping report matter: those of the entities that the connection's integrations use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.exchange import EntityCheck, PingReport, Verdict
from connector.ports import silent
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from connector.domain.flow import Flow
    from connector.operations.operator import Operator
    from connector.ports import Heard


def ping(operator: Operator, name: str, heard: Heard = silent) -> PingReport:
    """Log in and check the entities that matter for this connection; ``heard`` is told of each as it is checked."""
    report = operator.application.ping(name, heard)
    with operator.transaction() as tx:
        kinds = ledger.integrations.kinds_using(tx, name)
        enabled = ledger.integrations.flows_enabled(tx, name)
    return judged(report, kinds, enabled)


def kept(report: PingReport) -> dict[str, Any]:
    """A report as it is written down."""
    checks = [
        {"entity": one.entity, "path": one.path, "verdict": one.verdict.value, "detail": one.detail}
        for one in report.checks
    ]
    return {"system": report.system, "login": report.login, "latency_ms": report.latency_ms, "checks": checks}


def opened(kept: Mapping[str, Any]) -> PingReport:
    """A report as it was written down."""
    return PingReport(
        system=kept["system"],
        login=kept["login"],
        latency_ms=float(kept["latency_ms"]),
        checks=tuple(
            EntityCheck(entity=one["entity"], path=one["path"], verdict=Verdict(one["verdict"]), detail=one["detail"])
            for one in kept["checks"]
        ),
    )


def judged(report: PingReport, kinds: Collection[str], enabled: Collection[str] = ()) -> PingReport:
    """Keep what these kinds of integration need. What the system does not offer is missing to a flow that is enabled.

    A connection that no integration uses yet is judged by every kind it answers for completely; when there is none,
    the whole report counts, because nobody knows yet what it is for.
    """
    if kinds:
        needed = _sides(report.system, (flow for name, flow in registry.flows().items() if name in enabled))
        report = replace(report, checks=tuple(_needed(check, needed) for check in report.checks))
        return _only(report, frozenset[str]().union(*(_entities(report.system, kind) for kind in kinds)))
    offered = [_entities(report.system, kind) for kind in registry.kinds()]
    answered = [wanted for wanted in offered if (part := _only(report, wanted)).checks and part.ok]
    return _only(report, frozenset[str]().union(*answered)) if answered else report


def _entities(system: str, kind: str) -> frozenset[str]:
    """The entities of a system that the flows of a kind of integration read or write."""
    return _sides(system, registry.flows(kind).values())


def _sides(system: str, flows: Iterable[Flow[Any]]) -> frozenset[str]:
    """The entities of a system that flows read or write."""
    sides = (side for flow in flows for side in (flow.source, flow.target))
    return frozenset(side.entity for side in sides if side.system == registry.documents_of(system))


def _needed(check: EntityCheck, needed: frozenset[str]) -> EntityCheck:
    if check.verdict is not Verdict.NOT_OFFERED or check.entity not in needed:
        return check
    return replace(check, verdict=Verdict.MISSING)


def _only(report: PingReport, wanted: frozenset[str]) -> PingReport:
    return replace(report, checks=tuple(check for check in report.checks if check.entity in wanted))
