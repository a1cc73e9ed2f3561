"""Pinging a connection: what it finds is kept, and one that answers is freed from what had stopped it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConnectorError
from connector.operations.setup import pinging
from connector.ports import silent
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.domain.exchange import PingReport
    from connector.operations.operator import Operator
    from connector.ports import Heard
    from connector.store.operator.connections import Connection
    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Pinged:
    """A ping report, and whether it freed a connection that had been stopped or paused."""

    report: PingReport
    freed: bool
    #: why it stays stopped although it answers, because a person wants that; empty when none does
    stopped_why: str


def ping(operator: Operator, name: str, heard: Heard = silent) -> Pinged:
    """Log in and check every entity. A connection that answers is freed from what had stopped it, but for a person.

    ``heard`` is told of each entity as soon as it is checked.

    What is wrong stays at the connection until it is changed or the next ping finds nothing. What is found of one that
    is changed meanwhile says nothing about what it is now, so it is told and not written down.
    """
    with operator.transaction() as tx:
        before = ledger.connections.named(tx, name)
    try:
        report = pinging.ping(operator, name, heard)
    except ConnectorError as error:
        with operator.transaction() as tx:
            if _is_still(tx, before):
                ledger.connections.pinged(tx, name, error.message)
        raise
    wrong = (f"{check.entity}: {check.detail}" for check in report.checks if not check.ok)
    held = not before.stopped_by and (before.status in {"stopped", "paused"} or before.failures > 0)
    with operator.transaction() as tx:
        unchanged = _is_still(tx, before)
        freed = unchanged and report.ok and held
        if unchanged:
            ledger.connections.pinged(tx, name, next(wrong, ""), pinging.kept(report))
        if freed:
            ledger.connections.release(tx, name)
            ledger.audit.note(
                tx, f"connection:{name}", "operator.freed", {"was": before.stopped_why or before.paused_why}
            )
    return Pinged(report=report, freed=freed, stopped_why=(before.stopped_why or "") if before.stopped_by else "")


def found(operator: Operator, name: str) -> PingReport | None:
    """What the last ping of a connection found; None when there was none since it was changed, or it was not let in."""
    with operator.transaction() as tx:
        report = ledger.connections.ping_report(tx, name)
    return None if report is None else pinging.opened(report)


def _is_still(tx: OperatorTransaction, before: Connection) -> bool:
    """Whether nobody has changed it since; nobody does before this transaction ends."""
    now = ledger.connections.find(tx, before.name)
    return now is not None and (now.id, now.updated_at) == (before.id, before.updated_at)
