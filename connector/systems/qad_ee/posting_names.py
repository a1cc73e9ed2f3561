"""The names of what is posted, and of what it is asked back by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.systems.qad_ee.reading_names import Operation, leaf, named, operation, section

if TYPE_CHECKING:
    from collections.abc import Mapping

#: what a posting cannot do without, here and in the search
_NEEDED = {
    "supplier_invoices": (
        ("fields", ("supplier_code", "reference", "invoice_type", "posting_date", "currency", "credit_total")),
        ("search", ("entity", "supplier_code", "reference", "invoice_type", "currency", "credit_total")),
    ),
    "journal_entries": (
        ("fields", ("daybook", "posting_date", "key")),
        ("search", ("entity", "currency", "debit_total", "key")),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a QDoc: its element, and our names for the elements in it, in the order they are sent."""

    element: str
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Matching:
    """The QDoc of an invoice with its receiver matching."""

    api: str
    version: str
    dataset: str
    element: str
    lines: Table
    costs: Table


@dataclass(frozen=True, kw_only=True)
class Posting:
    """How one kind of posting is written, and asked back."""

    name: str
    api: str
    version: str
    action: str
    dataset: str
    #: the first table of every such QDoc: for whom, and what is to be done
    context: Mapping[str, str]
    rows: str
    parents: str
    head: Table
    types: Mapping[str, str]
    tables: Mapping[str, Table]
    matching: Matching | None
    answer: Mapping[str, str]
    #: of what it is found again by: the class around it, and its element
    around: str
    record: str
    search: Mapping[str, str]
    query_qdoc: Operation | None
    wsa: Operation | None


def posting(name: str, tree: object) -> Posting:
    """Read how something is posted; raises ConfigurationError about the first name that is wrong."""
    where = f"entities.{name}"
    parts = section(tree, where)
    search = section(parts["search"], f"{where}.search")
    matching = parts.get("matching")
    whole = _all(parts, where, ("api", "version", "action", "dataset", "rows", "parents", "table"))
    found = Posting(
        name=name,
        head=Table(element=whole.pop("table"), fields=named(parts["fields"], f"{where}.fields")),
        context=_all(parts["context"], f"{where}.context"),
        types=_all(parts.get("types") or {}, f"{where}.types"),
        tables={
            ours: _table(one, f"{where}.tables.{ours}")
            for ours, one in section(parts["tables"], f"{where}.tables").items()
            if one is not None
        },
        matching=None if matching is None else _matching(matching, f"{where}.matching"),
        answer=named(parts["answer"], f"{where}.answer"),
        around=_all(search, f"{where}.search", ("dataset",))["dataset"],
        record=_all(search, f"{where}.search", ("record",))["record"],
        search=named(search["fields"], f"{where}.search.fields"),
        query_qdoc=operation(search["query_qdoc"], f"{where}.search.query_qdoc", "api"),
        wsa=operation(search["wsa"], f"{where}.search.wsa", "operation"),
        **whole,
    )
    _check(found, where)
    return found


def _check(found: Posting, where: str) -> None:
    places = {"fields": found.head.fields, "search": found.search}
    for place, needed in _NEEDED[found.name]:
        for ours in needed:
            if ours not in places[place]:
                path = "search.fields" if place == "search" else place
                raise ConfigurationError(f"{where}.{path}.{ours} cannot be left out; write the name of this site.")
    if "correlation" in found.search and "correlation" not in found.head.fields:
        raise ConfigurationError(
            f"{where}.fields.correlation is left out, so {where}.search.fields.correlation finds nothing; leave that "
            "out too."
        )


def _matching(tree: object, where: str) -> Matching:
    parts = section(tree, where)
    whole = _all(parts, where, ("api", "version", "dataset", "table"))
    return Matching(
        element=whole.pop("table"),
        lines=_table(parts["lines"], f"{where}.lines"),
        costs=_table(parts["costs"], f"{where}.costs"),
        **whole,
    )


def _table(tree: object, where: str) -> Table:
    parts = section(tree, where)
    return Table(element=_all(parts, where, ("table",))["table"], fields=named(parts["fields"], f"{where}.fields"))


def _all(tree: object, where: str, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return names of which none may be left out."""
    parts = section(tree, where)
    found = {ours: leaf(parts[ours], f"{where}.{ours}") for ours in only or parts}
    absent = next((ours for ours, name in found.items() if name is None), None)
    if absent is not None:
        raise ConfigurationError(f"{where}.{absent} cannot be left out; write the name of this site.")
    return found
