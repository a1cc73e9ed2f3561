"""The end of a month: where the documents of a period stand, flow by flow, and whether somebody signed for it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain import sign_off as signing
from connector.domain.accounting_period import Period
from connector.domain.reconciliation import Figure, Sum
from connector.domain.schedule import zone
from connector.operations.setup.flows import covered, in_order, switched_off
from connector.operations.work import posted
from connector.operations.work.standing_words import title
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.comparisons import Comparison
    from connector.store.operator.flows import Flow
    from connector.store.operator.period_figures import Counted
    from connector.store.operator.sign_offs import SignOff
    from connector.store.operator.transaction import OperatorTransaction

_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A flow in a period."""

    flow: Flow
    title: str
    counted: Sequence[Counted]
    #: over the documents, as ``sign_off.digest``
    digest: str
    #: whether something is posted otherwise than was signed
    posted_otherwise: bool
    #: what that is, by source key; empty where it was looked for some time ago
    otherwise: Mapping[str, str]
    comparison: Comparison | None
    sign_off: SignOff | None
    #: the trail tells of a sign-off that is not there any more
    lost: bool
    #: whether the period is over where the flow is
    over: bool
    #: as of when a large period was counted; None where nobody has counted it yet
    as_of: dt.datetime | None
    #: whether that was some time ago, and not now
    kept: bool = False

    @property
    def uncounted(self) -> bool:
        """Whether nobody knows the figures yet."""
        return self.as_of is None

    def count(self, figure: Figure) -> int:
        """How many documents a figure has."""
        return sum(one.documents for one in self.counted if one.figure is figure)

    @property
    def takes_part(self) -> bool:
        """Whether the flow is switched on or has documents of the period."""
        return self.flow.enabled or self.documents > 0

    @property
    def documents(self) -> int:
        """How many were read."""
        return sum(one.documents for one in self.counted)

    @property
    def unnamed(self) -> int:
        """How many have no name yet, so no amount."""
        return sum(one.unnamed for one in self.counted)

    @property
    def in_doubt(self) -> int:
        """Of how many a write has no answer."""
        return sum(one.documents for one in self.counted if one.in_doubt)

    @property
    def found(self) -> int:
        """Differences that the last comparison with the target found."""
        return 0 if self.comparison is None else self.comparison.differences

    @property
    def differences(self) -> int:
        """Documents that somebody has to look at."""
        return self.count(Figure.DEAD) + self.in_doubt + self.found

    @property
    def open(self) -> int:
        """What is not settled: differences, and what is on its way."""
        return self.differences + self.count(Figure.BETWEEN)

    @property
    def changed(self) -> bool:
        """Whether a document stands, or is posted, otherwise than when it was signed off, as far as counted since."""
        if self.sign_off is None or self.as_of is None or self.as_of < self.sign_off.signed_at:
            return False
        return self.posted_otherwise or self.sign_off.digest != self.digest

    @property
    def state(self) -> str:
        """In a word."""
        if self.lost or (self.sign_off is not None and not self.sign_off.genuine):
            return "not genuine"
        if self.sign_off is not None:
            return "changed since sign-off" if self.changed else "signed off"
        return "open"

    @property
    def seen(self) -> str:
        """These figures, for a sign-off that is about no others."""
        return signing.seen({(f.value, cur): total for f in Figure for cur, total in self.by_currency(f).items()})

    def sums(self, *figures: Figure) -> Mapping[str, Decimal]:
        """What these figures amount to, by currency; of all of them without any."""
        found: dict[str, Decimal] = {}
        for one in self.counted:
            if one.currency and (not figures or one.figure in figures):
                found[one.currency] = found.get(one.currency, 0) + one.amount
        return dict(sorted(found.items()))

    def by_currency(self, figure: Figure) -> Mapping[str, Sum]:
        """A figure, by currency."""
        found: dict[str, Sum] = defaultdict(Sum)
        for one in self.counted:
            if one.figure is figure:
                found[one.currency].documents += one.documents
                found[one.currency].amount += one.amount
        return dict(sorted(found.items()))

    def reasons(self, figure: Figure) -> Sequence[tuple[str, int]]:
        """Why documents of a figure are where they are, the most frequent first."""
        found: dict[str, int] = defaultdict(int)
        for one in self.counted:
            if one.figure is figure and one.reason:
                found[one.reason] += one.documents
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def last_month(now: dt.datetime) -> Period:
    """The month before this one, which is the one to be closed."""
    last = now.date().replace(day=1) - _A_DAY
    return Period(first=last.replace(day=1), last=last)


def spelled(period: Period) -> str:
    """A period as an address has it: ``2026-10`` where it is a month."""
    return spelled_days(period.first, period.last)


def spelled_days(first: dt.date, last: dt.date) -> str:
    """The same of its days."""
    if first.day == 1 and (last + _A_DAY).day == 1 and (first.year, first.month) == (last.year, last.month):
        return f"{first:%Y-%m}"
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"


def called(period: Period) -> str:
    """A period as people call it: ``October 2026``."""
    return f"{period.first:%B %Y}" if len(spelled(period)) == len("2026-10") else str(period)


def beside(period: Period) -> tuple[Period, Period]:
    """The month before a period, and the one after it."""
    before, after = period.first - _A_DAY, period.last + _A_DAY
    behind = (after.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - _A_DAY
    return Period(first=before.replace(day=1), last=before), Period(first=after.replace(day=1), last=behind)


def flows_of(tx: OperatorTransaction, named: str | None, period: Period) -> list[Flow]:
    """The flow of this full name; or those of an integration that are switched on or have documents of the period.

    Without a name those of all integrations. Raises UnknownName.
    """
    every = covered(tx, named)
    if named and "/" in named:
        return every
    having = ledger.period_figures.having(tx, switched_off(every), period)
    return in_order([flow for flow in every if flow.enabled or flow.id in having])


def overview(operator: Operator, period: Period, integration: str | None = None) -> list[Standing]:
    """Every flow that is switched on or has documents of the period: those with differences first."""
    with operator.transaction() as tx:
        flows = in_order(ledger.flows.list_(tx, integration))
        every = standing(tx, flows, period)
    found = [one for one in every if one.takes_part or one.sign_off or one.uncounted]
    return sorted(found, key=lambda one: (one.state not in {"not genuine", "changed since sign-off"}, -one.differences))


def standing(tx: OperatorTransaction, flows: Sequence[Flow], period: Period, *, fresh: bool = False) -> list[Standing]:
    """Where these flows stand, in their order; of a large period when it was last counted, unless it must be fresh."""
    now = fresh or ledger.period_counts.little(tx, period)
    kept = None if now else ledger.period_counts.kept(tx, period)
    counted: dict[object, list[Counted]] = defaultdict(list)
    for one in ledger.period_figures.counted(tx, flows, period) if now else kept.counted if kept else ():
        counted[one.flow_id].append(one)
    signed = ledger.sign_offs.standing(tx, flows, period)
    lost = ledger.sign_offs.lost(tx, flows, period, signed)
    having = [flow for flow in flows if counted[flow.id] and flow.id in signed]
    digests: Mapping[UUID, str] = kept.digests if kept else {}
    otherwise: Mapping[UUID, Mapping[str, str]] = {flow: {} for flow in kept.posted_otherwise} if kept else {}
    if now:
        digests = ledger.period_figures.digests(tx, having, period) if having else {}
        otherwise = posted.otherwise_of(tx, flows, period, signed)
    compared = ledger.comparisons.newest(tx, flows, period)
    return [
        Standing(
            flow=flow,
            title=title(flow.name),
            counted=counted[flow.id],
            digest=digests.get(flow.id, signing.digest([])),
            posted_otherwise=flow.id in otherwise,
            otherwise=otherwise.get(flow.id, {}),
            comparison=compared.get(flow.id),
            sign_off=signed.get(flow.id),
            lost=flow.id in lost,
            over=period.ends(zone(flow.timezone)) <= tx.now,
            as_of=tx.now if now else kept.at if kept else None,
            kept=not now,
        )
        for flow in flows
    ]
