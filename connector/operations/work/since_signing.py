"""What is otherwise than when a period was signed off: documents, figures, and what was posted on each account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain import postings as posting
from connector.domain import sign_off as signing
from connector.domain.errors import ConfigurationError
from connector.domain.reconciliation import Posted
from connector.operations.setup.flows import require_flow
from connector.operations.work import month_end, posted
from connector.operations.work.closing import LONGEST_SECONDS
from connector.store import operator as ledger
from connector.store.audit.verifying import unheard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.accounting_period import Period
    from connector.domain.postings import AccountChange, ByAccount, Postings
    from connector.domain.sign_off import Change, FigureChange
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.flows import Flow
    from connector.store.operator.sign_offs import SignOff
    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Since:
    """A sign-off that stands, and what is otherwise by now."""

    flow: str
    sign_off: SignOff
    #: documents that came, went, or stand otherwise
    changes: Sequence[Change]
    figures: Sequence[FigureChange]
    accounts: Sequence[AccountChange]
    #: whether it was not looked up what was posted, although the flow posts
    left_out: bool
    #: documents of which nobody knows any more what was posted, so that they are in no account here
    untold: int

    @property
    def anything(self) -> bool:
        """Whether anything is otherwise."""
        return bool(self.changes or self.figures or self.accounts)


def find(operator: Operator, full_name: str, period: Period, *, report: Report = unheard) -> Since:
    """All of it, of a flow; ConfigurationError where nobody signed, or what was signed cannot be read."""
    with operator.transaction(one_moment=True) as tx:
        tx.take_time(LONGEST_SECONDS)
        flow = require_flow(tx, full_name)
        there = _standing(tx, flow, period)
        return compare(tx, flow, period, there, posted.of_period(tx, flow, period, report))


def counted(operator: Operator, full_name: str, period: Period, *, report: Report = unheard) -> tuple[Since, int]:
    """The same, and how many documents are otherwise."""
    found = find(operator, full_name, period, report=report)
    return found, len(found.changes)


def now(operator: Operator, full_name: str, period: Period) -> Since:
    """The same for somebody who waits; ConfigurationError where that takes too long."""
    with operator.transaction() as tx:
        if not ledger.period_counts.little(tx, period):
            raise ConfigurationError(
                f"{month_end.called(period)} holds so much that nobody waits for it: have a job find what changed."
            )
    return find(operator, full_name, period)


def compare(
    tx: OperatorTransaction,
    flow: Flow,
    period: Period,
    there: SignOff,
    now: Postings | None,
    *,
    known: Mapping[str, str] | None = None,
) -> Since:
    """The same, where it is known what is posted ``now``.

    None: accounts are not looked at, and ``known`` is what of single documents was posted otherwise.
    """
    signed = ledger.signed_figures.opened(tx, there)
    lines = ledger.period_figures.lines(tx, flow, period)
    before = signed.postings
    untold = (set() if now is None else now.untold) | (before.untold if before else set())
    said = posting.otherwise(before, now) if before and now else known or {}
    then, there_now = (
        _accounts(signed.stated["accounts"], before, untold),
        {} if now is None else now.accounts(without=untold),
    )
    comparable = now is not None and (before is not None or not untold)
    return Since(
        flow=flow.full_name,
        sign_off=there,
        changes=list(signing.changes(signed.lines, lines, said)),
        figures=list(signing.moved(signed.lines, lines)),
        accounts=list(posting.moved(then, there_now)) if comparable else (),
        left_out=now is None and posted.posts(flow),
        untold=len(untold),
    )


def _accounts(stated: Sequence[Mapping[str, str]], before: Postings | None, untold: set[str]) -> ByAccount:
    if before is not None:
        return before.accounts(without=untold)
    return {
        (one["account"], one["currency"]): Posted(debit=Decimal(one["debit"]), credit=Decimal(one["credit"]))
        for one in stated
    }


def _standing(tx: OperatorTransaction, flow: Flow, period: Period) -> SignOff:
    there = ledger.sign_offs.standing(tx, [flow], period).get(flow.id)
    if there is None:
        raise ConfigurationError(f"{flow.full_name} is not signed off for {month_end.spelled(period)}.")
    return there
