"""``reconcile``: does what a source has of a period stand in its target, and if not, why not, document by document.

From the ledger by itself; with ``live`` both systems are asked now. Nothing is written in either; what was found stands
in the ledger until the next time.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import UnknownName
from connector.domain.reconciliation import Figure, Figures, Kind, Posted, of_ledger
from connector.operations.setup.flows import require_flow
from connector.operations.work import kept_comparisons, month_end, posted
from connector.operations.work.live_source import LiveSource
from connector.operations.work.live_target import LiveTarget
from connector.operations.work.period_pages import chosen, pages
from connector.operations.work.reconciled import Account, Line, Reason, Reconciled
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.domain.accounting_period import Period
    from connector.domain.reconciliation import Difference, Kept
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.flows import Flow

#: how people call all that was read
_READ = ("read", "read from source")


def reconcile(operator: Operator, named: str | None, period: Period, *, live: bool, report: Report) -> list[Reconciled]:
    """Each of these flows (``month_end.flows_of``) in this period, page by page; raises UnknownName."""
    with operator.transaction() as tx:
        flows, begun = month_end.flows_of(tx, named, period), ledger.erasures.moment(tx)
    found = []
    for flow in flows:
        found.append(_Reconciling(operator, flow, period, report).done(live=live))
        if live:
            kept_comparisons.keep(operator, flow, period, found[-1], begun)
    return found


def documents(operator: Operator, flow: Flow, period: Period) -> Iterator[Kept]:
    """The documents of a period, in the order they were read."""
    for page in pages(operator, flow, chosen(operator, flow, period)):
        yield from page


def listed(
    operator: Operator, named: str, period: Period, figure: Figure | None, *, most: int
) -> tuple[list[Kept], int]:
    """The first documents of a figure of one flow (None: of all), and how many there are; raises UnknownName."""
    with operator.transaction() as tx:
        flow = require_flow(tx, named)
    found: list[Kept] = []
    count = 0
    for one in documents(operator, flow, period):
        if figure is None or one.figure is figure:
            count += 1
            if len(found) < most:
                found.append(one)
    return found, count


def figure_of(text: str) -> Figure | None:
    """A figure as a person types it; None for all that was read. Raises UnknownName."""
    spelled = text.strip().lower().replace("-", " ").replace("_", " ").replace(" the ", " ")
    if spelled in _READ:
        return None
    if spelled not in set(Figure):
        raise UnknownName.among("figure", text, [*(figure.value for figure in Figure), _READ[0]])
    return Figure(spelled)


class _Reconciling:
    """One flow being reconciled."""

    def __init__(self, operator: Operator, row: Flow, period: Period, report: Report) -> None:
        self._operator, self._row, self._period, self._report = operator, row, period, report
        self._flow = registry.flow(row.name)
        self._figures = Figures()
        self._accounts: dict[tuple[str, str], Posted] = defaultdict(Posted)
        self._unbooked = 0
        self._differences: list[Difference] = []

    def done(self, *, live: bool) -> Reconciled:
        """Look at every document."""
        row = self._row
        source = LiveSource(self._operator, row, self._period, self._report) if live else None
        target = LiveTarget(self._operator, row) if live else None
        if source is not None:
            self._differences.extend(source.differences())
        ids, looked = chosen(self._operator, row, self._period), 0
        for page in pages(self._operator, row, ids):
            self._look(page)
            if source is not None and target is not None:
                self._differences.extend(source.unlisted(page))
                self._differences.extend(target.differences(page))
            looked += len(page)
            self._report(row.full_name, looked, len(ids))
        return self._told(source, target)

    def _look(self, page: Sequence[Kept]) -> None:
        for one in page:
            self._figures.add(one)
        self._differences.extend(filter(None, map(of_ledger, page)))
        with self._operator.transaction() as tx:
            for _, sums in posted.each(tx, self._row, page):
                self._unbooked += sums is None
                for where, added in (sums or {}).items():
                    self._accounts[where].add(added)

    def _told(self, source: LiveSource | None, target: LiveTarget | None) -> Reconciled:
        order = list(Kind)
        return Reconciled(
            flow=self._row.full_name,
            title=self._flow.title,
            period=str(self._period),
            timezone=self._row.timezone,
            off=_off(self._row),
            differences=sorted(self._differences, key=lambda one: (order.index(one.kind), one.number, one.key)),
            documents=self._figures.documents,
            unnamed=self._figures.unnamed,
            sums=[
                Line(figure=figure, currency=currency, documents=total.documents, amount=total.amount)
                for (figure, currency), total in sorted(
                    self._figures.sums.items(), key=lambda item: (list(Figure).index(item[0][0]), item[0][1])
                )
            ],
            reasons=[
                Reason(figure=figure, reason=reason, documents=number)
                for (figure, reason), number in sorted(
                    self._figures.reasons.items(), key=lambda item: (list(Figure).index(item[0][0]), -item[1])
                )
            ],
            accounts=[
                Account(account=account, currency=currency, debit=total.debit, credit=total.credit)
                for (account, currency), total in sorted(self._accounts.items())
            ],
            unbooked=self._unbooked,
            source=None if source is None else source.asked,
            target=None if target is None else target.asked,
        )


def _off(row: Flow) -> str:
    if row.held_why:
        return f"The flow is held, so nothing of it moves: {row.held_why}"
    return "" if row.enabled else "The flow is switched off, so nothing is read by its schedule."
