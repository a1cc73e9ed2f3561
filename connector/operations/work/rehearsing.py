"""``flow rehearse``: what edited codes and options would make of the documents of the last days; nothing is written.

What asks for an edited code, and with edited options everything, is mapped twice: by what is saved and by what is
edited. Both are compared field by field. What its target has counts as new in both: the question is what would be sent
if it came today.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import canonical, payload
from connector.domain.errors import ConfigurationError, ConnectorError, StoreUnavailable
from connector.domain.flow import Mapped
from connector.domain.leaves import Difference, differences, pattern
from connector.operations.setup import crosswalk_csv, crosswalks, yaml_text
from connector.operations.setup.flows import checked_options, require_flow
from connector.operations.work.dry_run import meaning
from connector.operations.work.mapping_many import Document, Rules, decide
from connector.operations.work.unsealing import unsealed
from connector.store import operator as ledger
from connector.store.operator.crosswalks import Chosen
from connector.store.operator.finding import low
from connector.store.operator.rehearsing import LOOKED_AT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Mapping
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.gate import Needs
    from connector.domain.outcome import Outcome
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.crosswalks import Code
    from connector.store.operator.rehearsing import Read

#: documents that are in memory at a time
BATCH = 500
#: so long it may take to count them before
_COUNTING_SECONDS = 300
#: of one kind of change, and of all
_EXAMPLES_OF_ONE, _EXAMPLES = 3, 60
#: fields of one example
_MOST_FIELDS = 20


class Change(StrEnum):
    """What the edited rules come to for one document."""

    SAME = "same"
    OTHERWISE = "otherwise"  # it is sent with other fields
    SENT = "sent"  # it is not sent now, and would be
    NOT_SENT = "not sent"  # it is sent now, and would not be
    OTHER_REASON = "other reason"  # it is not sent either way, for another reason
    UNREADABLE = "unreadable"  # its document is gone, or does not open


@dataclass(frozen=True, kw_only=True)
class Example:
    """One document that would become something else."""

    record: UUID
    key: str
    state: str
    change: Change
    before: str
    after: str
    fields: list[Difference]


@dataclass(kw_only=True)
class Tally:
    """What was found until now: no more of it is kept than is shown."""

    looked_at: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    #: how many documents would have this field otherwise, lines counted as one
    fields: Counter[str] = field(default_factory=Counter)
    #: how many of those that change the target has already: they stay until they are sent again
    loaded: int = 0
    examples: list[Example] = field(default_factory=list)
    _shown: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def add(self, document: Read, before: Mapped | Outcome | None, after: Mapped | Outcome | None) -> None:
        """Count a document, and keep it as an example where there are few like it."""
        self.looked_at += 1
        fields = _differences(before, after)
        change = _change(before, after, fields)
        self.changes[change] += 1
        if change in {Change.SAME, Change.UNREADABLE}:
            return
        self.loaded += document.linked
        changed = sorted({pattern(one.path) for one in fields})
        self.fields.update(changed)
        kind = (change, *changed)
        if self._shown[kind] < _EXAMPLES_OF_ONE and len(self.examples) < _EXAMPLES:
            self._shown[kind] += 1
            self.examples.append(
                Example(
                    record=document.record_id,
                    key=document.source_key,
                    state=document.state,
                    change=change,
                    before=_words(before),
                    after=_words(after),
                    fields=fields[:_MOST_FIELDS],
                )
            )


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What is looked at, and by which rules; fixed before it begins."""

    row: ledger.flows.Flow
    since: dt.datetime
    total: int
    saved: Rules
    edited: Rules
    #: (table, source code) of the rows that differ, in capitals: only what asks for one of them is mapped twice
    edited_codes: frozenset[tuple[str, str]]


def prepare(
    operator: Operator,
    flow_name: str,
    *,
    since: dt.datetime,
    codes: tuple[str, str] | None,
    options: tuple[str, str] | None,
) -> Rehearsal:
    """Read the edited codes (CSV, as ``crosswalk import`` takes it) and options (YAML), each a name and a text.

    Codes are added to those that are saved; options are all that are set, as with ``apply``. Who looks is audited.
    Raises ConfigurationError for every mistake in the files, and where nothing is edited.
    """
    if codes is None and options is None:
        raise nothing_edited()
    with operator.transaction() as tx:
        tx.take_time(_COUNTING_SECONDS)
        row = require_flow(tx, flow_name)
        known = crosswalks.tables(row.kind)
        rows = (
            []
            if codes is None
            else crosswalk_csv.read(codes[1], name=codes[0], problem=lambda code: crosswalks.problem(code, known))
        )
        tables = {
            table: _rows(ledger.crosswalks.list_(tx, row.integration_id, Chosen(table=table)))
            for table in {code.table for code in rows}
        }
        differ = {
            (code.table, code.source.upper()) for code in rows if tables[code.table].get(code.source) != code.target
        }
        for code in rows:
            tables[code.table][code.source] = code.target
        wanted = row.options if options is None else _options(row.name, *options)
        total = ledger.rehearsing.count(tx, row.id, since)
        ledger.audit.note(
            tx, f"flow:{row.full_name}", "operator.rehearsed", {"since": since, "documents": total, "codes": len(rows)}
        )
        saved, edited = Rules(options=row.options), Rules(options=wanted, tables=tables)
        return Rehearsal(row=row, since=since, total=total, saved=saved, edited=edited, edited_codes=frozenset(differ))


def nothing_edited() -> ConfigurationError:
    """Nobody said what is edited."""
    return ConfigurationError("Say what is edited: --codes FILE, --options FILE, or both.")


def _rows(codes: list[Code]) -> dict[str, str]:
    return {code.source: code.target for code in codes}


def _options(flow_name: str, name: str, text: str) -> dict[str, Any]:
    return checked_options(flow_name, yaml_text.read(text, name=name).data)


def rehearse(operator: Operator, what: Rehearsal, tally: Tally, *, batch: int = BATCH) -> Generator[int]:
    """Map them, batch by batch, into the tally; yields how many each batch was. Stopping in between loses nothing."""
    flow: Flow[Any] = registry.flow(what.row.name)
    for documents in _pages(operator, what, batch):
        _look(operator, what, flow, documents, tally)
        yield len(documents)


def tallied(
    operator: Operator,
    flow_name: str,
    *,
    since: dt.datetime,
    codes: tuple[str, str] | None,
    options: tuple[str, str] | None,
    report: Report,
) -> Tally:
    """Prepare it and go on to its end; ``report`` is told after each batch, and may stop it there."""
    what, tally = prepare(operator, flow_name, since=since, codes=codes, options=options), Tally()
    with closing(rehearse(operator, what, tally)) as batches:
        for _ in batches:
            report("", tally.looked_at, what.total)
    return tally


def _pages(operator: Operator, what: Rehearsal, most: int) -> Generator[list[Read]]:
    for state in LOOKED_AT:
        after: UUID | None = low(what.since)
        while after is not None:
            with operator.transaction() as tx:
                documents, after = ledger.rehearsing.page(tx, what.row.id, state, after=after, most=most)
            if documents:
                yield documents


def _look(operator: Operator, what: Rehearsal, flow: Flow[Any], documents: list[Read], tally: Tally) -> None:
    each = [(one, opened(operator, what.row.id, one)) for one in documents]
    readable = [(one, Document(payload=found, as_new=one.linked)) for one, found in each if found is not None]
    touched: set[int] = set(range(len(readable))) if what.saved.options != what.edited.options else set()

    def hear(place: int, needs: Needs) -> None:
        if any((need.table, need.code.upper()) in what.edited_codes for need in needs.codes):
            touched.add(place)

    deciding = partial(decide, operator.application.store, what.row.integration_id, flow)
    before = deciding([document for _, document in readable], what.saved, heard=hear)
    again = sorted(touched)
    after = dict(zip(again, deciding([readable[place][1] for place in again], what.edited), strict=True))
    for place, (one, _) in enumerate(readable):
        tally.add(one, before[place], after.get(place, before[place]))
    for one, found in each:
        if found is None:
            tally.add(one, None, None)


def opened(operator: Operator, flow_id: UUID, one: Read) -> Mapping[str, Any] | None:
    """The document as it was read; None where it was removed by retention, or does not open."""
    if one.source is None:
        return None
    try:
        unlocked = unsealed(operator, one.record_id, "source", one.source)
        return payload.of(unlocked, flow_id=flow_id, key=one.source_key)
    except StoreUnavailable:
        raise
    except ConnectorError:
        return None


def _change(before: Mapped | Outcome | None, after: Mapped | Outcome | None, fields: list[Difference]) -> Change:
    if before is None or after is None:
        return Change.UNREADABLE
    if isinstance(before, Mapped) and isinstance(after, Mapped):
        return Change.OTHERWISE if fields else Change.SAME
    if isinstance(after, Mapped):
        return Change.SENT
    if isinstance(before, Mapped):
        return Change.NOT_SENT
    return Change.SAME if meaning(before) == meaning(after) else Change.OTHER_REASON


def _differences(before: Mapped | Outcome | None, after: Mapped | Outcome | None) -> list[Difference]:
    """Of what is sent either way."""
    if not isinstance(before, Mapped) or not isinstance(after, Mapped):
        return []
    if (before.key, before.body) == (after.key, after.body):
        return []
    return differences(_sent(before), _sent(after))


def _sent(mapped: Mapped) -> object:
    return {"key": mapped.key, **canonical.loads(canonical.dumps(mapped.body))}


def _words(decided: Mapped | Outcome | None) -> str:
    if decided is None:
        return ""
    return f"{decided.key} is sent." if isinstance(decided, Mapped) else meaning(decided)[1]
