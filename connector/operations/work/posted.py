"""What was posted of the documents of a period: read from what their target was sent."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.postings import Postings
from connector.domain.reconciliation import Figure, Posted
from connector.operations.work.asked import opened
from connector.operations.work.period_pages import parts
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.domain.accounting_period import Period
    from connector.domain.postings import ByAccount
    from connector.domain.reconciliation import Kept
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.flows import Flow
    from connector.store.operator.transaction import OperatorTransaction


def posts(flow: Flow) -> bool:
    """Whether a flow posts on accounts."""
    return registry.flow(flow.name).booked is not None


def each(
    operator: Operator, tx: OperatorTransaction, flow: Flow, page: Sequence[Kept]
) -> Iterator[tuple[str, ByAccount | None]]:
    """Of those of these documents that are in the target what was posted; None where retention has removed it."""
    booked = registry.flow(flow.name).booked
    there = {one.record_id: one.key for one in page if one.figure is Figure.IN_TARGET}
    if booked is None or not there:
        return
    for one in ledger.reckoning.sent(tx, list(there)):
        sums: ByAccount = defaultdict(Posted)
        for line in booked(opened(operator, one)["body"]) if one.sealed is not None else ():
            sums[line.account, line.currency].add(line)
        yield there[one.record_id], None if one.sealed is None else sums


def of_period(operator: Operator, tx: OperatorTransaction, flow: Flow, period: Period, report: Report) -> Postings:
    """What was posted of all documents of a period; nothing is read for a flow that posts nothing."""
    found = Postings()
    if not posts(flow):
        return found
    ids, looked = ledger.reckoning.chosen(tx, flow, period), 0
    for part in parts(ids):
        page = ledger.reckoning.details(tx, flow, part)
        for key, sums in each(operator, tx, flow, page):
            if sums is None:
                found.untold.add(key)
            else:
                found.add(key, sums)
        looked += len(page)
        report(flow.full_name, looked, len(ids))
    return found
