"""What was posted of the documents of a period: read from what their target was sent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from connector import registry
from connector.domain import postings
from connector.domain.errors import ConfigurationError
from connector.domain.postings import Postings
from connector.domain.reconciliation import Figure, Posted
from connector.operations.work.period_pages import parts
from connector.store import operator as ledger
from connector.store.operator.bindings import vault_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.domain.postings import ByAccount
    from connector.domain.reconciliation import Kept
    from connector.store.audit.recomputing import Report
    from connector.store.operator.flows import Flow
    from connector.store.operator.sign_offs import SignOff
    from connector.store.operator.transaction import OperatorTransaction

#: what was written just before a moment may have been committed after it
_LONGEST_WRITE = dt.timedelta(minutes=10)


def posts(flow: Flow) -> bool:
    """Whether a flow posts on accounts."""
    return registry.flow(flow.name).booked is not None


def each(tx: OperatorTransaction, flow: Flow, page: Sequence[Kept]) -> Iterator[tuple[str, ByAccount | None]]:
    """Of those of these documents that are in the target what was posted; None where retention has removed it."""
    booked = registry.flow(flow.name).booked
    there = {one.record_id: one.key for one in page if one.figure is Figure.IN_TARGET}
    if booked is None or not there:
        return
    vault = vault_of(tx)
    for one in ledger.reckoning.sent(tx, list(there)):
        sums: ByAccount = defaultdict(Posted)
        for line in booked(one.opened(vault)["body"]) if one.sealed is not None else ():
            sums[line.account, line.currency].add(line)
        yield there[one.record_id], None if one.sealed is None else sums


def of_period(tx: OperatorTransaction, flow: Flow, period: Period, report: Report) -> Postings:
    """What was posted of all documents of a period; nothing is read for a flow that posts nothing."""
    found = Postings()
    if not posts(flow):
        return found
    ids, looked = ledger.reckoning.chosen(tx, flow, period), 0
    for page in _pages(tx, flow, ids):
        _add(found, each(tx, flow, page))
        looked += len(page)
        report(flow.full_name, looked, len(ids))
    return found


def otherwise(tx: OperatorTransaction, flow: Flow, period: Period, there: SignOff | None) -> Mapping[str, str]:
    """By source key what was posted otherwise than was signed, looked for among what moved since then alone.

    Nothing where nobody signed, of a sign-off that cannot be read, and of a flow of another release.
    """
    try:
        if there is None or not there.genuine or not posts(flow):
            return {}
        moved = ledger.period_figures.moved(tx, flow, period, there.signed_at - _LONGEST_WRITE)
        signed = ledger.signed_figures.opened(tx, there).postings if moved else None
    except ConfigurationError:
        return {}
    now = Postings()
    for page in _pages(tx, flow, moved):
        _add(now, each(tx, flow, page))
    return {} if signed is None else postings.otherwise(signed, now)


def otherwise_of(
    tx: OperatorTransaction, flows: Sequence[Flow], period: Period, signed: Mapping[UUID, SignOff]
) -> Mapping[UUID, Mapping[str, str]]:
    """The same of these flows, by their ids; those alone of which anything is."""
    found = {flow.id: otherwise(tx, flow, period, signed.get(flow.id)) for flow in flows}
    return {flow: changed for flow, changed in found.items() if changed}


def _pages(tx: OperatorTransaction, flow: Flow, ids: Sequence[UUID]) -> Iterator[list[Kept]]:
    for part in parts(ids):
        yield ledger.reckoning.details(tx, flow, part)


def _add(found: Postings, some: Iterable[tuple[str, ByAccount | None]]) -> None:
    for key, sums in some:
        if sums is None:
            found.untold.add(key)
        else:
            found.add(key, sums)
