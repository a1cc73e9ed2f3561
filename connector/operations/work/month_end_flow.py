"""One flow at the end of a month: figures, what differs, what was posted, who signed, and lists of its documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.domain.reconciliation import Figure, Kind, differing, of_ledger
from connector.operations.setup.flows import require_flow
from connector.operations.work import closing, kept_comparisons, month_end, posted, reconciled_rows, since_signing
from connector.operations.work.reconciled import Account
from connector.store import operator as ledger
from connector.store.audit.verifying import unheard
from connector.store.operator.period_figures import Chosen
from connector.store.operator.period_window import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.domain.postings import Postings
    from connector.domain.reconciliation import Difference, Kept
    from connector.domain.sign_off import Change
    from connector.operations.operator import Operator
    from connector.operations.work.kept_comparisons import Compared
    from connector.operations.work.month_end import Standing
    from connector.operations.work.since_signing import Since
    from connector.store.operator.flows import Flow
    from connector.store.operator.sign_offs import SignOff
    from connector.store.operator.transaction import OperatorTransaction

#: differences and changes that a page shows
SHOWN = 200
#: what was posted is added up at once for so many documents, else by the next comparison
_ADDED_UP = 300
#: documents on a page of a list
PAGE = 100
_MOST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Closing:
    """The flow."""

    standing: Standing
    #: the worst first, no more than are shown
    differences: Sequence[Difference]
    compared: Compared | None
    accounts: Sequence[Account]
    #: whether there are postings that are added up with the next comparison only
    accounts_later: bool
    #: all sign-offs of the period, the newest first
    history: Sequence[SignOff]
    #: what is otherwise than when it was signed off, where that was looked up
    since: Since | None
    #: of those that are shown, by their keys: the newest record, and what it is called
    named: Mapping[str, tuple[UUID, str]]
    #: why nobody can tell what that is
    unreadable: str
    #: what is not settled
    left_open: str
    #: how the trail calls it
    subject: str

    @property
    def changes(self) -> Sequence[Change]:
        """The documents that are otherwise than when it was signed off."""
        return self.since.changes if self.since else ()

    @property
    def state(self) -> str:
        """In a word; here it is known, too, whether what was posted is otherwise."""
        changed = self.since is not None and self.since.anything
        return "changed since sign-off" if changed and self.standing.state == "signed off" else self.standing.state


def look(operator: Operator, full_name: str, period: Period) -> Closing:
    """One flow; raises UnknownName."""
    with operator.transaction(one_moment=True) as tx:
        flow = require_flow(tx, full_name)
        (standing,) = month_end.standing(tx, [flow], period)
        compared = None if standing.comparison is None else kept_comparisons.read(tx, standing.comparison)
        differences = _in_order(
            [*_of_ledger(tx, flow, period, standing, SHOWN), *(compared.differences if compared else ())]
        )
        history = ledger.sign_offs.history(tx, flow, period)
        posts = posted.posts(flow)
        few = not standing.kept and standing.count(Figure.IN_TARGET) <= _ADDED_UP
        accounts, postings = compared.accounts if compared else (), None
        if posts and few:
            postings = posted.of_period(tx, flow, period, unheard)
            accounts = [
                Account(account=account, currency=currency, debit=one.debit, credit=one.credit)
                for (account, currency), one in postings.accounts().items()
            ]
        since, unreadable = _since(tx, flow, period, standing, postings)
        named = ledger.reckoning.named(tx, flow, [one.key for one in since.changes[:SHOWN]] if since else [])
    return Closing(
        standing=standing,
        differences=differences[:SHOWN],
        compared=compared,
        accounts=accounts,
        accounts_later=posts and not few and compared is None,
        history=history,
        since=since,
        named=named,
        unreadable=unreadable,
        left_open=closing.left_open(standing),
        subject=ledger.comparisons.subject(flow, period),
    )


def listed(
    operator: Operator,
    full_name: str,
    period: Period,
    *,
    figure: str = "",
    currency: str | None = None,
    reason: str = "",
    in_doubt: bool = False,
    after: str = "",
    most: int = PAGE,
) -> tuple[list[Kept], str]:
    """The next documents of a list, and where it goes on (empty: nowhere); raises UnknownName.

    Of a large period a page may be empty, and there may be more behind it.
    """
    chosen = Chosen(figure=figure, currency=currency, reason=reason, in_doubt=in_doubt)
    behind = Place.read(after) if after else None
    with operator.transaction() as tx:
        flow = require_flow(tx, full_name)
        if in_doubt or ledger.period_counts.little(tx, period):
            place = behind.id if behind else None
            ids = ledger.period_figures.page(tx, flow, period, chosen, after=place, most=most + 1)
            more = str(ids[most - 1]) if len(ids) > most else ""
        else:
            ids, onward = ledger.period_window.page(tx, flow, period, chosen, after=behind, most=most)
            more = str(onward or "")
        found = {one.record_id: one for one in ledger.reckoning.details(tx, flow, ids[:most])}
    return [found[one] for one in ids[:most] if one in found], more


def called(operator: Operator, flow: Flow, keys: Sequence[str]) -> Mapping[str, tuple[UUID, str]]:
    """Of these documents, by their keys: the newest record, and what it is called."""
    with operator.transaction() as tx:
        return ledger.reckoning.named(tx, flow, keys)


def table(operator: Operator, flows: Sequence[Flow], period: Period) -> Iterator[Sequence[object]]:
    """Rows for a spreadsheet (``reconciled_rows.COLUMNS``), the differences first."""
    found: dict[str, Sequence[Difference]] = {}
    with operator.transaction() as tx:
        tx.take_time(closing.LONGEST_SECONDS)
        for one in month_end.standing(tx, flows, period, fresh=True):
            compared = None if one.comparison is None else kept_comparisons.read(tx, one.comparison)
            own = _of_ledger(tx, one.flow, period, one, _MOST)
            found[one.flow.full_name] = _in_order([*own, *(compared.differences if compared else ())])
    yield from reconciled_rows.rows(operator, period, found)


def _of_ledger(
    tx: OperatorTransaction, flow: Flow, period: Period, standing: Standing, most: int
) -> Iterator[Difference]:
    """What the ledger itself says is not right; nothing is asked for where it counts nothing."""
    ids: set[UUID] = set()
    if standing.count(Figure.DEAD) or standing.uncounted:
        ids.update(ledger.period_open.dead(tx, flow, period, most=most))
    if standing.in_doubt:
        ids.update(ledger.period_open.in_doubt(tx, flow, period, most=most))
    for kept in ledger.reckoning.details(tx, flow, sorted(ids)):
        yield of_ledger(kept) or differing(kept, Kind.DEAD, kept.why)


def _in_order(found: Sequence[Difference]) -> list[Difference]:
    order = list(Kind)
    return sorted(found, key=lambda one: (order.index(one.kind), one.number, one.key))


def _since(
    tx: OperatorTransaction, flow: Flow, period: Period, standing: Standing, postings: Postings | None
) -> tuple[Since | None, str]:
    there = standing.sign_off
    if there is None or standing.kept or not (standing.changed or postings):
        return None, ""
    try:
        return since_signing.compare(tx, flow, period, there, postings, known=standing.otherwise), ""
    except ConfigurationError as error:
        return None, error.message
