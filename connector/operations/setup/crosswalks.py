"""What an operator may do with crosswalks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from connector import registry
from connector.domain.errors import ConfigurationError, UnknownName, nearest
from connector.domain.gate import CodeNeed
from connector.operations.setup import crosswalk_csv, integrations
from connector.store import operator as ledger
from connector.store.operator.crosswalks import Chosen, Code
from connector.store.work import releasing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from connector.operations.operator import Operator
    from connector.store.operator.crosswalks import Missing
    from connector.store.operator.integrations import Integration
    from connector.store.operator.transaction import OperatorTransaction

__all__ = ("Chosen", "Code", "Filled", "Page")

#: characters of a code
_LONGEST = 200
#: rows that go in one statement
_AT_ONCE = 5_000
#: what is done, how much of it, and of how much
Report: TypeAlias = "Callable[[str, int, int], None]"


def _quietly(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What setting codes did."""

    created: int
    changed: int
    unchanged: int
    #: records that had waited for one of these codes and go on now
    released: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows, and how many there are of their kind."""

    rows: list[Code]
    total: int


def list_(operator: Operator, integration: str | None, wanted: Chosen | None = None) -> Page:
    """The next rows; raises UnknownName for a table that no flow looks into and that has no row."""
    chosen = wanted or Chosen()
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        found = Page(rows=ledger.crosswalks.list_(tx, of.id, chosen), total=ledger.crosswalks.count(tx, of.id, chosen))
        if chosen.table is not None and not found.total:
            _require_tables(of.kind, [chosen.table])
        return found


def missing(operator: Operator, integration: str | None) -> list[Missing]:
    """Codes that records wait for, the most wanted first: without a row, or with one that was not enough for them."""
    with operator.transaction() as tx:
        return ledger.crosswalks.missing(tx, integrations.chosen(tx, integration).id)


def fill(operator: Operator, integration: str | None, codes: Sequence[Code]) -> Filled:
    """Add and change rows, and let the records go on that wait for them."""
    with operator.transaction() as tx:
        return put(tx, integrations.chosen(tx, integration), codes)


def import_csv(
    operator: Operator, integration: str | None, text: str, *, name: str, report: Report = _quietly
) -> Filled:
    """Add and change the rows of a CSV file; raises ConfigurationError with every mistake in it, and its line.

    ``report`` is told what is done, how much of it, and of how much.
    """
    with operator.transaction() as tx:
        chosen = integrations.chosen(tx, integration)
        known = tables(chosen.kind)
        return _write(
            tx, chosen, crosswalk_csv.read(text, name=name, problem=lambda code: problem(code, known)), report
        )


def put(tx: OperatorTransaction, integration: Integration, codes: Sequence[Code]) -> Filled:
    """Add and change rows inside a transaction."""
    known = tables(integration.kind)
    for code in codes:
        if why := problem(code, known):
            raise ConfigurationError(why)
    return _write(tx, integration, codes)


def _write(
    tx: OperatorTransaction, integration: Integration, codes: Sequence[Code], report: Report = _quietly
) -> Filled:
    """Add and change rows without a problem."""
    ledger.bindings.adopt(tx)
    for table in sorted({code.table for code in codes}):
        ledger.bindings.check_crosswalk(tx, integration.id, table)
    created, changed = list[Code](), list[Code]()
    for start in range(0, len(codes), _AT_ONCE):
        report("codes", start, len(codes))
        fresh, other = ledger.crosswalks.put(tx, integration.id, codes[start : start + _AT_ONCE])
        created, changed = [*created, *fresh], [*changed, *other]
    report("codes", len(codes), len(codes))
    touched = [*created, *changed]
    for table in sorted({code.table for code in touched}):
        rows = {code.source: code.target for code in touched if code.table == table}
        bound = ledger.bindings.bind_crosswalk(tx, integration.id, table)
        ledger.audit.note(tx, f"crosswalk:{integration.name}/{table}", "operator.set_codes", {"codes": rows, **bound})
    # Rows that were there already release too: a record may have parked just before they were committed.
    subjects = [
        CodeNeed(table=code.table, code=spelled).subject
        for code in codes
        for spelled in dict.fromkeys((code.source, code.source.upper(), code.source.lower()))
    ]
    return Filled(
        created=len(created),
        changed=len(changed),
        unchanged=len(codes) - len(touched),
        released=releasing.release(tx, integration.id, subjects),
    )


def remove(operator: Operator, integration: str | None, table: str, source: str) -> str:
    """Remove one row; returns what it said. What is mapped later waits for the code, or takes it as it is."""
    with operator.transaction() as tx:
        chosen = integrations.chosen(tx, integration)
        ledger.bindings.adopt(tx)
        ledger.bindings.check_crosswalk(tx, chosen.id, table)
        target = ledger.crosswalks.delete(tx, chosen.id, table, source)
        if target is None:
            known = [code.source for code in ledger.crosswalks.list_(tx, chosen.id, Chosen(table=table))]
            if not known:
                _require_tables(chosen.kind, [table])
            raise ConfigurationError(
                f"The crosswalk {table} has no row {source!r}.{nearest(source, known)} "
                f"See `ml-connector crosswalk list --table {table}`."
            )
        bound = ledger.bindings.bind_crosswalk(tx, chosen.id, table)
        subject = f"crosswalk:{chosen.name}/{table}"
        ledger.audit.note(tx, subject, "operator.removed_code", {"codes": {source: target}, **bound})
        return target


def tables(kind: str) -> list[str] | None:
    """The crosswalks that the flows of a kind look into; None where one from outside does not say."""
    named = [flow.crosswalks for flow in registry.flows(kind).values()]
    return None if None in named else sorted({table for some in named for table in some or ()})


def _require_tables(kind: str, wanted: Iterable[str]) -> None:
    known = tables(kind)
    for table in dict.fromkeys(wanted):
        if why := _unknown(table, known):
            raise why


def _unknown(table: str, known: Collection[str] | None) -> UnknownName | None:
    return None if known is None or table in known else UnknownName.among("crosswalk table", table, known)


def problem(code: Code, known: Collection[str] | None) -> str:
    """Why a row cannot be kept in one of the known tables (None: any); empty when it can."""
    for column in crosswalk_csv.COLUMNS:
        value = getattr(code, column)
        if not value or value != value.strip() or len(value) > _LONGEST or not value.isprintable():
            return (
                f"The {column} {value!r} of a row is not usable: 1 to {_LONGEST} printable characters, without "
                "spaces around them, are allowed."
            )
    if ":" in code.table:
        return f"A crosswalk table's name has no colon in it: {code.table!r}."
    unknown = _unknown(code.table, known)
    return unknown.message if unknown else ""
