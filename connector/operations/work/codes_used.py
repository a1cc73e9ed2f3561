"""Which rows of a crosswalk nobody needs: documents of the last days are mapped once more, and what they ask is heard.

Nothing is written, and nothing is sent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from connector import registry
from connector.domain.errors import ConnectorError
from connector.operations.setup import crosswalks, integrations
from connector.operations.work.mapping_many import Document, Rules, decide
from connector.operations.work.rehearsing import opened
from connector.store import operator as ledger
from connector.store.operator.finding import low
from connector.store.operator.rehearsing import LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.domain.flow import Flow
    from connector.domain.gate import Needs
    from connector.operations.operator import Operator
    from connector.store.operator.crosswalks import Code
    from connector.store.operator.flows import Flow as Row
    from connector.store.operator.rehearsing import Read

#: documents that are in memory at a time, and how many of a flow are looked at
BATCH, MOST = 500, 100_000
#: what is done, how much of it, and of how much where that is known
Told: TypeAlias = "Callable[[int, int | None, str], None]"


@dataclass(frozen=True, kw_only=True)
class Uses:
    """What was found of a table."""

    table: str
    days: int
    #: documents that were looked at, and that could not be opened
    looked_at: int
    unreadable: int
    #: flows that look into the table
    flows: list[str]
    #: rows that no document asked for
    unused: list[Code]
    rows: int


@dataclass(kw_only=True)
class _Heard:
    table: str
    since: dt.datetime
    looked_at: int = 0
    unreadable: int = 0
    codes: set[str] = field(default_factory=set)


def uses(operator: Operator, integration: str | None, table: str, *, days: int, report: Told) -> Uses:
    """Which rows of a table no document of so many days asks for; raises UnknownName for a table that no flow knows.

    Flows that take codes in any case count as having asked for a row in any case.
    """
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        crosswalks.require_table(of.kind, table)
        flows = [row for row in ledger.flows.list_(tx, of.name) if _looks_into(row.name, table)]
        rows = ledger.crosswalks.saved(tx, of.id, [table])
    heard = _Heard(table=table, since=dt.datetime.now(dt.UTC) - dt.timedelta(days=days))
    for row in flows:
        _hear(operator, row, heard, report)
    return Uses(
        table=table,
        days=days,
        looked_at=heard.looked_at,
        unreadable=heard.unreadable,
        flows=[row.full_name for row in flows],
        unused=[code for code in rows if code.source.upper() not in heard.codes],
        rows=len(rows),
    )


def _looks_into(flow: str, table: str) -> bool:
    try:
        named = registry.flow(flow).crosswalks
    except ConnectorError:
        return False
    return named is None or table in named


def _hear(operator: Operator, row: Row, heard: _Heard, report: Told) -> None:
    flow: Flow[Any] = registry.flow(row.name)
    rules = Rules(options=row.options)

    def hear(_place: int, needs: Needs) -> None:
        heard.codes.update(need.code.upper() for need in needs.codes if need.table == heard.table)

    of_flow = 0
    for documents in _pages(operator, row, heard.since):
        each = [opened(operator, row.id, one) for one in documents]
        known = [Document(payload=found, as_new=False) for found in each if found is not None]
        decide(operator.application.store, row.integration_id, flow, known, rules, heard=hear)
        of_flow += len(documents)
        heard.looked_at += len(documents)
        heard.unreadable += len(documents) - len(known)
        report(heard.looked_at, None, f"{flow.title}: documents looked at")
        if of_flow >= MOST:
            return


def _pages(operator: Operator, row: Row, since: dt.datetime) -> Iterator[list[Read]]:
    for state in LOOKED_AT:
        after = low(since)
        while True:
            with operator.transaction() as tx:
                documents, behind = ledger.rehearsing.page(tx, row.id, state, after=after, most=BATCH)
            if documents:
                yield documents
            if behind is None:
                break
            after = behind
