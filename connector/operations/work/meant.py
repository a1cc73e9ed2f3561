"""Which record or dead letter a person means: by its id, how that begins, its document's key or its number."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from connector import registry
from connector.domain.errors import ConfigurationError, UnknownName
from connector.domain.summary import tells_of_another
from connector.reading.search_terms import term
from connector.store import operator as ledger
from connector.store.operator.records import Filter

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from connector.store.operator.records import Record
    from connector.store.operator.transaction import OperatorTransaction

_BEGINNING = re.compile(r"[0-9a-f]{4,8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?")
_HEX_DIGITS = 32
#: of several that may be meant, so many are named
_SHOWN = 5
#: no more versions of documents are looked at, the newest first
_VERSIONS = 1000


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
    found = exactly(text)
    if found is not None:
        return found
    with operator.transaction() as tx:
        return _one(text, _records(tx, text).newest).id


def versions(operator: Operator, text: str) -> list[UUID]:
    """All versions of the document that is meant, the newest first; of an id only the record that has it."""
    found = exactly(text)
    if found is not None:
        return [found]
    with operator.transaction() as tx:
        one = _one(text, _records(tx, text).newest)
        return [version.id for version in ledger.choosing.versions(tx, one.id, most=_VERSIONS)]


def letter(operator: Operator, text: str) -> UUID:
    """The dead letter that is meant, by its own id or by what names its record; raises ConfigurationError.

    Of several documents those are meant that have an open letter, then those that have any.
    """
    found = exactly(text)
    if found is not None:
        return found
    with operator.transaction() as tx:
        chosen = beginning(text)
        own = [] if chosen is None else ledger.dead_letters.between(tx, *chosen, most=_SHOWN)
        if len(own) == 1:
            return own[0]
        found_by = _records(tx, text)
        letters = ledger.dead_letters.of_records(tx, [one.id for one in found_by.records])
        alive = {one.record_id for one in letters if one.resolved_at is None} or {one.record_id for one in letters}
        return _one(text, found_by.only(alive).newest).id


def exactly(text: str) -> UUID | None:
    """The id that somebody has typed; None where it is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Records that may be meant."""

    #: by their ids, each of which is one
    by_id: list[Record]
    #: by their documents, of which the newest version is one
    by_document: list[Record]

    @property
    def records(self) -> list[Record]:
        """All of them."""
        return [*self.by_id, *self.by_document]

    @property
    def newest(self) -> list[Record]:
        """Those of which one must be left: a payment of an invoice has its number, and is not what is meant."""
        documents: dict[tuple[str, str], Record] = {}
        for one in sorted(self.by_document, key=lambda record: -record.version):
            documents.setdefault((one.flow, one.source_key), one)
        own = [one for one in documents.values() if not tells_of_another(one.kind or "")] or documents.values()
        return list({one.id: one for one in (*self.by_id, *own)}.values())

    def only(self, ids: set[UUID]) -> _Found:
        """Without the others, if any of these is among them."""
        if not ids:
            return self
        return _Found(
            by_id=[one for one in self.by_id if one.id in ids],
            by_document=[one for one in self.by_document if one.id in ids],
        )


def _records(tx: OperatorTransaction, text: str) -> _Found:
    """Those whose id begins so, and the versions of each document with this key; else of each that is called so."""
    chosen = beginning(text)
    by_id = [] if chosen is None else ledger.choosing.between(tx, *chosen, most=_SHOWN)
    by_key = ledger.listing.list_(tx, spelled(Filter(key=text.strip(), most=_VERSIONS)))
    if by_id or by_key or not term(text):
        return _Found(by_id=by_id, by_document=by_key)
    called = [one for one in ledger.choosing.called(tx, text, most=_VERSIONS) if not _is_party_only(one, term(text))]
    return _Found(by_id=[], by_document=[one for one in called if term(one.number or "") == term(text)] or called)


def _is_party_only(one: Record, typed: str) -> bool:
    """Whether a document is only of the party that is called so."""
    own = (one.number, one.source_key, one.target_id, *(one.references or {}).values())
    return typed not in {term(name) for name in own if name}


def _one(text: str, records: list[Record]) -> Record:
    if len(records) == 1:
        return records[0]
    if not records:
        raise UnknownName(
            f"There is no record {text!r}: name its id, how that begins, or the key of its document or its number; "
            "`ml-connector record list --search` finds by a beginning.",
            name=text,
        )
    several = ", ".join(f"{one.id} ({_called(one)})" for one in records[:_SHOWN])
    more = " and others" if len(records) > _SHOWN else ""
    raise ConfigurationError(f"{text!r} may be one of several records: {several}{more}. Name one by its id.")


def _called(one: Record) -> str:
    kind = f"{one.kind} " if one.kind else ""
    return f"{kind}{one.number or one.source_key} of {one.flow}, version {one.version}"
