"""A period as a table for spreadsheets: a line for each difference, then one for each document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations import spreadsheet
from connector.operations.setup.flows import require_flow
from connector.operations.work import reconciling
from connector.operations.work.standing_words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from connector.domain.accounting_period import Period
    from connector.domain.reconciliation import Difference
    from connector.operations.operator import Operator
    from connector.operations.work.reconciled import Reconciled
    from connector.store.audit.recomputing import Report

COLUMNS = (
    "flow",
    "figure",
    "difference",
    "number",
    "party",
    "party_name",
    "date",
    "amount",
    "currency",
    "state",
    "why",
    "source_key",
    "target_id",
    "record",
)
#: how wide a sheet shows them, in characters
WIDTHS = (34, 12, 24, 18, 12, 28, 12, 16, 10, 12, 48, 18, 18, 38)


def reconcile(
    operator: Operator, named: str | None, period: Period, *, live: bool, csv: bool, report: Report
) -> tuple[list[tuple[Reconciled, int]], Iterable[str]]:
    """Each of these flows with how many differences it has, and where asked for the lines of a CSV file about them."""
    found = reconciling.reconcile(operator, named, period, live=live, report=report)
    lines = as_csv(operator, period, {one.flow: one.differences for one in found}) if csv else ()
    return [(one, len(one.differences)) for one in found], lines


def as_csv(operator: Operator, period: Period, found: Mapping[str, Sequence[Difference]]) -> Iterator[str]:
    """The lines of a CSV file about these flows, each with its differences; documents are read page by page."""
    yield from spreadsheet.lines(COLUMNS, rows(operator, period, found))


def rows(operator: Operator, period: Period, found: Mapping[str, Sequence[Difference]]) -> Iterator[Sequence[object]]:
    """The same, as values."""
    for name, differences in found.items():
        for one in differences:
            yield (
                name,
                "",
                one.kind.value,
                one.number,
                one.party,
                "",
                one.date,
                one.amount,
                one.currency,
                "",
                one.why,
                one.key,
                one.target_id,
                one.record_id,
            )
    for name in found:
        with operator.transaction() as tx:
            flow = require_flow(tx, name)
        for kept in reconciling.documents(operator, flow, period):
            yield (
                name,
                kept.figure.value,
                "",
                kept.number,
                kept.party,
                kept.party_name,
                kept.date,
                kept.amount,
                kept.currency,
                kept.hold or kept.state,
                in_words(kept.reason),
                kept.key,
                kept.target_id,
                kept.record_id,
            )
