"""What was posted of the documents of a period: read from what their target was sent."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.postings import Postings
from connector.domain.reconciliation import Figure, Posted
from connector.operations.work.asked import opened
from connector.store import operator as ledger
from connector.store.operator.reckoning import PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.accounting_period import Period
    from connector.domain.postings import ByAccount
    from connector.domain.reconciliation import Kept
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.flows import Flow


def posts(flow: Flow) -> bool:
    """Whether a flow posts on accounts."""
    return registry.flow(flow.name).booked is not None


def add(operator: Operator, flow: Flow, page: Sequence[Kept], found: Postings) -> None:
    """Add what was posted of those of these documents that are in the target."""
    booked = registry.flow(flow.name).booked
    there = {one.record_id: one.key for one in page if one.figure is Figure.IN_TARGET}
    if booked is None or not there:
        return
    with operator.transaction() as tx:
        sent = ledger.reckoning.sent(tx, list(there))
    for one in sent:
        key = there[one.record_id]
        if one.sealed is None:
            found.untold.add(key)
            continue
        sums: ByAccount = defaultdict(Posted)
        for line in booked(opened(operator, one)["body"]):
            total = sums[line.account, line.currency]
            total.debit, total.credit = total.debit + line.debit, total.credit + line.credit
        found.add(key, sums)


def of_period(operator: Operator, flow: Flow, period: Period, report: Report) -> Postings:
    """What was posted of all documents of a period; nothing is read for a flow that posts nothing."""
    found = Postings()
    if not posts(flow):
        return found
    with operator.transaction() as tx:
        ids = ledger.reckoning.chosen(tx, flow, period)
    for start in range(0, len(ids), PAGE):
        with operator.transaction() as tx:
            page = ledger.reckoning.details(tx, flow, ids[start : start + PAGE])
        add(operator, flow, page, found)
        report(flow.full_name, start + len(page), len(ids))
    return found
