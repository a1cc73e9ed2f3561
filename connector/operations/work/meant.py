"""Which record or dead letter a person means: by its id, by how that begins, or by the key of its document."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from connector import registry
from connector.domain.errors import ConfigurationError, UnknownName
from connector.store import operator as ledger
from connector.store.operator.records import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.operations.operator import Operator
    from connector.store.operator.records import Record
    from connector.store.operator.transaction import OperatorTransaction

_BEGINNING = re.compile(r"[0-9a-f]{4,8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?")
_HEX_DIGITS = 32
#: of several that may be meant, so many are named
_SHOWN = 5


class Range(NamedTuple):
    """All ids that begin alike."""

    low: UUID
    high: UUID


def beginning(text: str) -> Range | None:
    """The ids that begin with this text; None where no id does."""
    given = text.strip().lower()
    digits = given.replace("-", "")
    if not _BEGINNING.fullmatch(given) or len(digits) > _HEX_DIGITS:
        return None
    return Range(UUID(digits.ljust(_HEX_DIGITS, "0")), UUID(digits.ljust(_HEX_DIGITS, "f")))


def spelled(wanted: Filter) -> Filter:
    """Choose by a key as any flow would spell it."""
    if wanted.key is None:
        return wanted
    return replace(wanted, spelled=frozenset(flow.fold(wanted.key) for flow in registry.flows().values()))


def record(operator: Operator, text: str) -> UUID:
    """The record that is meant, of a document the newest; raises UnknownName, ConfigurationError for several."""
    found = _exactly(text)
    if found is not None:
        return found
    with operator.transaction() as tx:
        return _one(text, _records(tx, text))


def letter(operator: Operator, text: str) -> UUID:
    """The dead letter that is meant, by its own id or by what names its record; raises ConfigurationError."""
    found = _exactly(text)
    if found is not None:
        return found
    with operator.transaction() as tx:
        chosen = beginning(text)
        own = [] if chosen is None else ledger.dead_letters.between(tx, *chosen, most=_SHOWN)
        if len(own) == 1:
            return own[0]
        return _one(text, _records(tx, text))


def _exactly(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _records(tx: OperatorTransaction, text: str) -> list[Record]:
    """Those whose id begins so, and the newest version of each document with this key."""
    chosen = beginning(text)
    by_id = [] if chosen is None else ledger.choosing.between(tx, *chosen, most=_SHOWN)
    documents: dict[tuple[str, str], Record] = {}
    for version in ledger.listing.list_(tx, spelled(Filter(key=text.strip(), most=1000))):
        documents.setdefault((version.flow, version.source_key), version)
    return list({one.id: one for one in (*by_id, *documents.values())}.values())


def _one(text: str, found: Iterable[Record]) -> UUID:
    records = list(found)
    if len(records) == 1:
        return records[0].id
    if not records:
        raise UnknownName(
            f"There is no record {text!r}: name its id, how that begins, or the key of its document; "
            "`ml-connector record list` shows them.",
            name=text,
        )
    several = ", ".join(f"{one.id} ({one.flow} {one.source_key} v{one.version})" for one in records[:_SHOWN])
    more = " and others" if len(records) > _SHOWN else ""
    raise ConfigurationError(f"{text!r} may be one of several records: {several}{more}. Name one by its id.")
