"""What was posted of the documents of a period: read from what their target was sent."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.postings import Postings
from connector.domain.reconciliation import Figure, Posted
from connector.operations.work.asked import opened
from connector.operations.work.period_pages import chosen, pages
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.domain.accounting_period import Period
    from connector.domain.postings import ByAccount
    from connector.domain.reconciliation import Kept
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.flows import Flow


def posts(flow: Flow) -> bool:
    """Whether a flow posts on accounts."""
    return registry.flow(flow.name).booked is not None


def each(operator: Operator, flow: Flow, page: Sequence[Kept]) -> Iterator[tuple[str, ByAccount | None]]:
    """Of those of these documents that are in the target what was posted; None where retention has removed it."""
    booked = registry.flow(flow.name).booked
    there = {one.record_id: one.key for one in page if one.figure is Figure.IN_TARGET}
    if booked is None or not there:
        return
    with operator.transaction() as tx:
        sent = ledger.reckoning.sent(tx, list(there))
    for one in sent:
        sums: ByAccount = defaultdict(Posted)
        for line in booked(opened(operator, one)["body"]) if one.sealed is not None else ():
            sums[line.account, line.currency].add(line)
        yield there[one.record_id], None if one.sealed is None else sums


def of_period(operator: Operator, flow: Flow, period: Period, report: Report) -> Postings:
    """What was posted of all documents of a period; nothing is read for a flow that posts nothing."""
    found = Postings()
    if not posts(flow):
        return found
    ids, looked = chosen(operator, flow, period), 0
    for page in pages(operator, flow, ids):
        for key, sums in each(operator, flow, page):
            if sums is None:
                found.untold.add(key)
            else:
                found.add(key, sums)
        looked += len(page)
        report(flow.full_name, looked, len(ids))
    return found
