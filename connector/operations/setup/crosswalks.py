"""What an operator may do with crosswalks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from connector import registry
from connector.domain.errors import ConfigurationError, UnknownName, nearest
from connector.domain.gate import CodeNeed
from connector.operations.giving_reasons import reason
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


def quietly(_what: str, _done: int, _total: int) -> None:
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
    """The next rows, counted; raises UnknownName for a table that no flow looks into and that has no row."""
    chosen = wanted or Chosen()
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        found = Page(rows=ledger.crosswalks.list_(tx, of.id, chosen), total=ledger.crosswalks.count(tx, of.id, chosen))
        if chosen.table is not None and not found.total:
            _require_tables(of.kind, [chosen.table])
        return found


def more(operator: Operator, integration: str, chosen: Chosen) -> list[Code]:
    """The next rows of a list that somebody has begun."""
    with operator.transaction() as tx:
        return ledger.crosswalks.list_(tx, integrations.chosen(tx, integration).id, chosen)


def said(operator: Operator, integration: str, table: str, source: str) -> str | None:
    """What a row says; None where there is none."""
    with operator.transaction() as tx:
        of = integrations.chosen(tx, integration)
        first = ledger.crosswalks.list_(tx, of.id, Chosen(table=table, beginning=source, most=1))
        return next((one.target for one in first if one.source == source), None)


def missing(operator: Operator, integration: str | None) -> list[Missing]:
    """Codes that records wait for, the most wanted first: without a row, or with one that was not enough for them."""
    with operator.transaction() as tx:
        return ledger.crosswalks.missing(tx, integrations.chosen(tx, integration).id)


def fill(operator: Operator, integration: str | None, codes: Sequence[Code], why: str = "") -> Filled:
    """Add and change rows, and let the records go on that wait for them; ``why`` is kept in the audit trail."""
    because = reason(why) if why else ""
    with operator.transaction() as tx:
        return put(tx, integrations.chosen(tx, integration), codes, why=because)


def put(tx: OperatorTransaction, integration: Integration, codes: Sequence[Code], *, why: str = "") -> Filled:
    """Add and change rows inside a transaction."""
    known = tables(integration.kind)
    for code in codes:
        if unusable := problem(code, known):
            raise ConfigurationError(unusable)
    return write(tx, integration, codes, why=why)


def write(
    tx: OperatorTransaction,
    integration: Integration,
    codes: Sequence[Code],
    *,
    why: str = "",
    report: Report = quietly,
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
        said = {"codes": rows, **bound, **({"why": why} if why else {})}
        ledger.audit.note(tx, subject(integration.name, table), "operator.set_codes", said)
    # Rows that were there already release too: a record may have parked just before they were committed.
    subjects = [CodeNeed(table=code.table, code=code.source).subject for code in codes]
    waited_for = ledger.crosswalks.waited_for(tx, integration.id, subjects)
    return Filled(
        created=len(created),
        changed=len(changed),
        unchanged=len(codes) - len(touched),
        released=releasing.release(tx, integration.id, waited_for),
    )


def remove(operator: Operator, integration: str | None, table: str, source: str, why: str = "") -> str:
    """Remove one row; returns what it said. What is mapped later waits for the code, or takes it as it is."""
    because = reason(why) if why else ""
    with operator.transaction() as tx:
        chosen = integrations.chosen(tx, integration)
        ledger.bindings.adopt(tx)
        ledger.bindings.check_crosswalk(tx, chosen.id, table)  # locks it: what is removed is what was there
        first = ledger.crosswalks.list_(tx, chosen.id, Chosen(table=table, beginning=source, most=1))
        row = next((one for one in first if one.source == source), None)
        if row is None:
            known = [code.source for code in ledger.crosswalks.list_(tx, chosen.id, Chosen(table=table))]
            if not known:
                _require_tables(chosen.kind, [table])
            raise ConfigurationError(
                f"The crosswalk {table} has no row {source!r}.{nearest(source, known)} "
                f"See `ml-connector crosswalk list --table {table}`."
            )
        take_away(tx, chosen, [row], why=because)
        return row.target


def remove_several(operator: Operator, integration: str, table: str, sources: Collection[str], why: str) -> int:
    """Remove rows of a table, and say why; returns how many there were."""
    because = reason(why)
    with operator.transaction() as tx:
        chosen = integrations.chosen(tx, integration)
        ledger.bindings.adopt(tx)
        ledger.bindings.check_crosswalk(tx, chosen.id, table)
        gone = [code for code in ledger.crosswalks.saved(tx, chosen.id, [table]) if code.source in sources]
        take_away(tx, chosen, gone, why=because)
        return len(gone)


def take_away(tx: OperatorTransaction, integration: Integration, codes: Sequence[Code], *, why: str = "") -> None:
    """Remove rows that are there."""
    ledger.bindings.adopt(tx)
    for table in sorted({code.table for code in codes}):
        ledger.bindings.check_crosswalk(tx, integration.id, table)
        gone = [code for code in codes if code.table == table]
        ledger.crosswalks.delete_all(tx, integration.id, gone)
        bound = ledger.bindings.bind_crosswalk(tx, integration.id, table)
        said = {"codes": {code.source: code.target for code in gone}, **bound, **({"why": why} if why else {})}
        ledger.audit.note(tx, subject(integration.name, table), "operator.removed_code", said)


def subject(integration: str, table: str) -> str:
    """How the audit trail calls a table."""
    return f"crosswalk:{integration}/{table}"


def tables(kind: str) -> list[str] | None:
    """The crosswalks that the flows of a kind look into; None where one from outside does not say."""
    named = [flow.crosswalks for flow in registry.flows(kind).values()]
    return None if None in named else sorted({table for some in named for table in some or ()})


def require_table(kind: str, table: str) -> None:
    """Raise UnknownName for a table that no flow of a kind looks into."""
    _require_tables(kind, [table])


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
