"""The documents of a period, a page at a time: each page is read by itself, so that nobody waits for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store import operator as ledger
from connector.store.operator.reckoning import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.domain.reconciliation import Kept
    from connector.operations.operator import Operator
    from connector.store.operator.flows import Flow


def chosen(operator: Operator, flow: Flow, period: Period) -> list[UUID]:
    """Which records they are, by their newest versions."""
    with operator.transaction() as tx:
        return ledger.reckoning.chosen(tx, flow, period)


def pages(operator: Operator, flow: Flow, ids: Sequence[UUID]) -> Iterator[list[Kept]]:
    """Where these stand; whoever asks other systems about a page has no transaction open meanwhile."""
    for part in parts(ids):
        with operator.transaction() as tx:
            page = ledger.reckoning.details(tx, flow, part)
        yield page


def parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """As many as are in memory at a time."""
    for start in range(0, len(ids), PAGE):
        yield ids[start : start + PAGE]
