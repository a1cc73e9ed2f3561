"""What reconciling one flow in one period finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.reconciliation import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from connector.domain.reconciliation import Difference, Figure
    from connector.operations.work.asked import Asked

#: said, and no reason to fail: a source may list no more than what is open
NO_FAULT = frozenset({Kind.UNLISTED})


@dataclass(frozen=True, kw_only=True)
class Line:
    """A figure: how many documents, and what they amount to in one currency."""

    figure: Figure
    currency: str
    documents: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why so many documents of a figure are where they are."""

    figure: Figure
    reason: str
    documents: int


@dataclass(frozen=True, kw_only=True)
class Account:
    """What was posted on one account."""

    account: str
    currency: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """One flow in one period."""

    flow: str
    title: str
    period: str
    timezone: str
    #: the worst first
    differences: Sequence[Difference]
    #: documents that were read
    documents: int
    #: of these without a summary yet, so without an amount here
    unnamed: int
    sums: Sequence[Line]
    reasons: Sequence[Reason]
    #: of journals
    accounts: Sequence[Account]
    #: documents of which nobody knows any more what was booked: retention has removed them
    unbooked: int
    #: both None where nobody was asked
    source: Asked | None
    target: Asked | None
    #: that the flow is switched off or held; empty where it is on
    off: str = ""

    @property
    def silent(self) -> Sequence[str]:
        """Systems that were not asked, or not about everything, and could have been."""
        asked = [side for side in (self.source, self.target) if side is not None]
        return [side.system for side in asked if (side.why or side.unasked) and not side.never]

    @property
    def wrong(self) -> bool:
        """Whether a person has to look."""
        return bool(self.silent) or any(one.kind not in NO_FAULT for one in self.differences)
