"""A posting as QAD's coded components take it: our record under QAD's names, days with a time, amounts as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.systems.qad.entities.amounts import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.systems.qad.adaptive.posting_names import Posting
    from connector.systems.qad.entities.writer import Body, Record

_AMOUNTS = frozenset(["amount", "base", "credit", "debit", "quantity", "tax_total", "total", "unit_price"])
_DAYS = frozenset(["due_date", "invoice_date", "posting_date"])


def submission(posting: Posting, record: Record) -> dict[str, Any]:
    """Return the whole request body that creates the posting."""
    collections = {
        collection.collection: named
        for ours, collection in posting.lines.items()
        if (named := [_named(collection.fields, row) for row in record.collections.get(ours, ())])
    }
    whole = {**_named(posting.fields, record.head), **collections, "dataOperation": "C", "concurrencyHash": ""}
    return {posting.resource: [whole], "supplementaryMessages": []}


def _named(fields: Mapping[str, str], values: Body) -> dict[str, Any]:
    """Under QAD's names; what is blank is left out, so that QAD fills in its own default."""
    named = {theirs: _value(ours, values.get(ours)) for ours, theirs in fields.items()}
    return {name: value for name, value in named.items() if value not in (None, "")}


def _value(ours: str, value: object) -> object:
    if value in (None, ""):
        return None
    if ours in _AMOUNTS:
        return number(value, ours)
    return f"{value}T00:00:00.000Z" if ours in _DAYS else value
