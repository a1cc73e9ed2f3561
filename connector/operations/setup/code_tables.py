"""Crosswalks table by table: what is missing, how much waits for it, who changed what, and what a code becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.gate import CodeNeed, Needs
from connector.operations.setup import crosswalks, integrations
from connector.store import operator as ledger
from connector.store.operator.crosswalks import Chosen
from connector.store.operator.needs import by_cause, figures

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence
    from decimal import Decimal

    from connector.operations.operator import Operator
    from connector.store.operator.audit import AuditEvent
    from connector.store.operator.crosswalks import Changed, Code
    from connector.store.operator.integrations import Integration
    from connector.store.operator.records import Record
    from connector.store.operator.transaction import OperatorTransaction

#: rows of a page, events of a table, and documents of a code that are shown
ROWS, EVENTS, DOCUMENTS = 50, 10, 25


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A code that documents wait for."""

    integration: str
    table: str
    source: str
    #: what its row says, which is not enough; empty where there is no row
    said: str
    number: int
    or_more: bool
    money: Mapping[str, Decimal]
    since: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table at a glance."""

    name: str
    rows: int
    changed_at: dt.datetime | None
    #: what the flows that look into it are called; empty where none does
    flows: Sequence[str]
    missing: int


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables of an integration."""

    integration: Integration
    tables: Sequence[Table]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page of a table."""

    table: Table
    rows: Sequence[Code]
    #: by source code
    changed: Mapping[str, Changed]
    #: how many rows there are that were asked for
    total: int
    #: behind which source code the next page begins; empty on the last
    behind: str
    #: the newest changes of it
    events: Sequence[AuditEvent]
    missing: Sequence[Wanted] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Becomes:
    """What a code becomes by a table; None where there is no row for it."""

    code: str
    target: str | None


def all_(operator: Operator) -> tuple[list[Tables], list[Wanted]]:
    """All tables, and what is missing in them, what most documents wait for first."""
    with operator.transaction() as tx:
        wanted = _wanted(tx)
        found = [Tables(integration=one, tables=_tables(tx, one, wanted)) for one in ledger.integrations.list_(tx)]
        return found, wanted


def open_(operator: Operator, integration: str, table: str, *, beginning: str, after: str) -> Opened:
    """The next rows of a table; raises UnknownName for one that no flow looks into and that has no row."""
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        wanted = [one for one in _wanted(tx) if one.integration == of.name]
        known = {one.name: one for one in _tables(tx, of, wanted)}
        if table not in known:
            crosswalks.require_table(of.kind, table)
        about = known.get(table) or Table(name=table, rows=0, changed_at=None, flows=(), missing=0)
        rows = ledger.crosswalks.list_(
            tx, of.id, Chosen(table=table, beginning=beginning, after=(table, after), most=ROWS + 1)
        )
        shown = rows[:ROWS]
        subject = crosswalks.subject(of.name, table)
        return Opened(
            table=about,
            rows=shown,
            changed=ledger.crosswalks.changed(tx, of.id, table, [row.source for row in shown], subject=subject),
            total=ledger.crosswalks.count(tx, of.id, Chosen(table=table, beginning=beginning)),
            behind=shown[-1].source if len(rows) > len(shown) else "",
            events=ledger.audit.newest(tx, subject, most=EVENTS),
            missing=[one for one in wanted if one.table == table],
        )


def wanted(operator: Operator, integration: str, table: str, code: str) -> tuple[Wanted | None, list[Record]]:
    """How much waits for a code, and some of the documents that do, the newest first."""
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        found = next(
            (one for one in _wanted(tx) if (one.integration, one.table, one.source) == (of.name, table, code)), None
        )
        subject = CodeNeed(table=table, code=code).subject
        return found, ledger.choosing.waiting_for(tx, of.id, subject, most=DOCUMENTS)


def looking_into(operator: Operator, integration: str, tables: Collection[str]) -> list[tuple[str, str]]:
    """The flows of an integration that look into one of these tables: full names and titles."""
    with operator.transaction() as tx:
        rows = ledger.flows.list_(tx, integrations.chosen(tx, integration).name)
    known = registry.flows_of({row.name for row in rows})
    found = []
    for row in rows:
        flow = known.get(row.name)
        if flow is not None and (flow.crosswalks is None or set(flow.crosswalks) & set(tables)):
            found.append((row.full_name, flow.title))
    return found


def becomes(operator: Operator, integration: str, table: str, code: str) -> Becomes:
    """What a code becomes, as flows that look into the table find it."""
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        crosswalks.require_table(of.kind, table)
    in_any_case = any(
        flow.codes_in_any_case for flow in registry.flows(of.kind).values() if table in (flow.crosswalks or ())
    )
    need = CodeNeed(table=table, code=code)
    with operator.application.store.unit() as unit:
        known = unit.links.known(of.id, Needs(codes=(need,), in_any_case=in_any_case))
    return Becomes(code=code, target=known.code(table, code))


def _wanted(tx: OperatorTransaction) -> list[Wanted]:
    found = []
    for (integration, subject), groups in by_cause(ledger.needs.codes(tx)).items():
        held, (_, table, source) = figures(groups), subject.split(":", 2)
        found.append(
            Wanted(
                integration=integration,
                table=table,
                source=source,
                said=groups[0].said,
                number=held.number,
                or_more=held.or_more,
                money=held.money,
                since=held.since,
            )
        )
    return sorted(found, key=lambda one: (-one.number, one.integration, one.table, one.source))


def _tables(tx: OperatorTransaction, of: Integration, wanted: Sequence[Wanted]) -> list[Table]:
    """Those that flows look into, and those that have rows; what is missing first."""
    there = {one.name: one for one in ledger.crosswalks.tables(tx, of.id)}
    flows = registry.flows(of.kind).values()
    missing: dict[str, int] = {}
    for one in wanted:
        if one.integration == of.name:
            missing[one.table] = missing.get(one.table, 0) + 1
    tables = [
        Table(
            name=name,
            rows=there[name].rows if name in there else 0,
            changed_at=there[name].changed_at if name in there else None,
            flows=[flow.title for flow in flows if flow.crosswalks is None or name in flow.crosswalks],
            missing=missing.get(name, 0),
        )
        for name in {*there, *(crosswalks.tables(of.kind) or ()), *missing}
    ]
    return sorted(tables, key=lambda one: (-one.missing, one.name))
