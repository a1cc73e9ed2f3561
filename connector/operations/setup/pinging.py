"""Which lines of a ping report matter: those of the entities that the connection's integrations use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector import registry
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Collection

    from connector.domain.exchange import PingReport
    from connector.operations.operator import Operator


def ping(operator: Operator, name: str) -> PingReport:
    """Log in and check the entities that matter for this connection."""
    report = operator.application.ping(name)
    with operator.transaction() as tx:
        kinds = ledger.integrations.kinds_using(tx, name)
    return judged(report, kinds)


def judged(report: PingReport, kinds: Collection[str]) -> PingReport:
    """Keep what these kinds of integration need.

    A connection that no integration uses yet is judged by every kind it answers for completely; when there is none,
    the whole report counts, because nobody knows yet what it is for.
    """
    if kinds:
        return _only(report, frozenset[str]().union(*(_entities(report.system, kind) for kind in kinds)))
    offered = [_entities(report.system, kind) for kind in registry.kinds()]
    answered = [wanted for wanted in offered if (part := _only(report, wanted)).checks and part.ok]
    return _only(report, frozenset[str]().union(*answered)) if answered else report


def _entities(system: str, kind: str) -> frozenset[str]:
    """The entities of a system that the flows of a kind of integration read or write."""
    sides = (side for flow in registry.flows(kind).values() for side in (flow.source, flow.target))
    return frozenset(side.entity for side in sides if side.system == registry.documents_of(system))


def _only(report: PingReport, wanted: frozenset[str]) -> PingReport:
    return replace(report, checks=tuple(check for check in report.checks if check.entity in wanted))
