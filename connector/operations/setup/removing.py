"""Removing an integration: its documents come to an end, its history stays and keeps its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.domain.sentence import many
from connector.operations.giving_reasons import reason
from connector.operations.setup import crosswalks, flows
from connector.store import operator as ledger

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.operations.setup.crosswalks import Report
    from connector.store.operator.removing import Left
    from connector.store.operator.transaction import OperatorTransaction

#: records that end in one transaction
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What became of an integration's records."""

    abandoned: int
    #: <flow>/<key> of documents that the target may have or not: nobody will ask it any more
    in_doubt: list[str]


def remove(
    operator: Operator,
    name: str,
    why: str,
    *,
    abandon: bool,
    batch: int = BATCH,
    report: Report = crosswalks.quietly,
) -> Removed:
    """Remove an integration; what it sent stays known, so that another one does not post it again.

    Raises ConfigurationError while records are under way or dead letters open, unless they are to be abandoned, and
    while a worker has one of them in hand. ``report`` is told between two batches how many records were given up; where
    it raises, the same command goes on later.
    """
    because = f"{operator.name} removed {name}: {reason(why)}"
    with operator.transaction() as tx:
        integration = ledger.integrations.named(tx, name)
        _require_ended(name, ledger.removing.left(tx, integration.id), abandon=abandon)
        _hold(tx, name, operator.name, because)
    with operator.transaction() as tx:  # nobody takes one of them, and nothing is read, from here on
        ledger.removing.end_runs(tx, integration.id, because)
        left = ledger.removing.left(tx, integration.id)
        _require_ended(name, left, abandon=abandon)
        if left.busy:
            records = many(left.busy, "record", "records")
            raise ConfigurationError(
                f"A worker has {records} of {name} in hand. Its flows are held now; the same command goes on in a "
                "moment."
            )
    abandoned, more = 0, batch
    while more:
        report("records are given up", abandoned, left.under_way + left.letters)
        with operator.transaction() as tx:
            more = ledger.removing.abandon(tx, integration.id, because, most=batch)
        abandoned += more
    with operator.transaction() as tx:
        ledger.removing.remove(tx, integration.id)
        detail = {"why": because, "abandoned": abandoned, "in_doubt": left.in_doubt}
        ledger.audit.note(tx, f"integration:{name}", "operator.removed", detail)
    return Removed(abandoned=abandoned, in_doubt=left.in_doubt)


def _hold(tx: OperatorTransaction, name: str, who: str, why: str) -> None:
    for flow in ledger.flows.list_(tx, name):
        flows.change(tx, flow, enabled=False)
        flows.held(tx, flow, who=who, why=why)


def _require_ended(name: str, left: Left, *, abandon: bool) -> None:
    if left.ended or abandon:
        return
    doubt = f"; of {len(left.in_doubt)} of them nobody knows whether the target has them" if left.in_doubt else ""
    raise ConfigurationError(
        f"{name} has {many(left.under_way, 'record', 'records')} under way and "
        f"{many(left.letters, 'open dead letter', 'open dead letters')}{doubt}. Let them end (`ml-"
        f"connector record list --flow {name}/FLOW`, `ml-connector dead list`), or give them up with --abandon."
    )
