"""``drift``: what source and target do not agree about in their master data, and which documents use it.

Both are asked now, and nothing is changed in either: whether something is shut down or entered, a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.drift import SENTENCES, Drift, Drifted, Standing, drifted
from connector.domain.errors import ConnectorError
from connector.domain.exchange import Query
from connector.operations import spreadsheet
from connector.operations.setup.flows import in_order, meant, switched_off
from connector.operations.setup.stopping import usable
from connector.operations.work.asked import title
from connector.operations.work.using import Use, document_of, uses_of
from connector.ports import Listing
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.flow import Flow
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.standing import Standing as Row

#: so many of those that use one are named
SHOWN = 5
COLUMNS = ("flow", "drift", "source key", "in the target", "name", "uses", "used by", "what to do")
_LEFT_OUT = frozenset({"skipped", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference, and what hangs on it."""

    drift: Drift
    key: str
    name: str
    label: str
    sentence: str
    uses: int = 0
    #: SHOWN of them at most
    used_by: Sequence[Use] = ()


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The master data of one flow."""

    flow: str
    #: what is in the ledger of it, and what the target lists
    ours: int = 0
    theirs: int = 0
    #: what the source lists and no run has read yet
    unread: int = 0
    differences: Sequence[Difference] = ()
    #: why it could not be compared; empty where it was
    unasked: str = ""
    #: whether it cannot be compared by its nature, which is nobody's fault
    never: bool = False

    @property
    def wrong(self) -> bool:
        """Whether a person has to look."""
        return bool(self.differences) or bool(self.unasked and not self.never)


@dataclass(kw_only=True)
class _Counted:
    """What was seen while it passed by."""

    ours: int = 0
    read: set[str] = field(default_factory=set)


def compare(operator: Operator, named: str | None, *, days: int, report: Report) -> list[Compared]:
    """Compare the master data of these flows; what uses it is looked for among the documents of so many days.

    Raises UnknownName. What cannot be asked is said of its flow, and the others go on. One that ran once and is
    switched off is not compared unless it is named.
    """
    with operator.transaction() as tx:
        flows = [flow for flow in meant(tx, named) if registry.flow(flow.name).active is not None]
        every = [] if named and "/" in named else ledger.flows.list_(tx, named)
    found = [_off(flow) for flow in in_order(switched_off(every)) if _ran(flow)]
    for flow in flows:
        try:
            compared = _compare(operator, flow, report)
        except ConnectorError as error:
            compared = Compared(flow=flow.full_name, unasked=error.message)
        compared = _with_uses(operator, flow, compared, days, report)
        _note(operator, compared)
        found.append(compared)
    return found


def _ran(flow: ledger.flows.Flow) -> bool:
    """Whether this flow of master data was ever asked for."""
    asked = flow.cursor is not None or flow.last_run_at is not None
    return asked and registry.flow(flow.name).active is not None


def _off(flow: ledger.flows.Flow) -> Compared:
    why = f"It is switched off, so it was not compared; `ml-connector drift {flow.full_name}` compares it all the same."
    return Compared(flow=flow.full_name, unasked=why, never=True)


def _compare(operator: Operator, row: ledger.flows.Flow, report: Report) -> Compared:
    flow = registry.flow(row.name)
    target = operator.application.target(row.target)
    theirs = target.everything(flow.target.entity) if isinstance(target, Listing) else None
    names = {"source": title(operator, row.source), "target": title(operator, row.target)}
    if theirs is None:
        why = f"{names['target']} has no list of its {flow.target.entity.replace('_', ' ')}, so it cannot be asked."
        return Compared(flow=row.full_name, unasked=why, never=True)
    for connection in (row.target, row.source):
        usable(operator, connection)
    held = list(_told(theirs, f"{row.full_name}: in {names['target']}", report))
    listed = _listed(operator, row, flow, names["source"], report)
    counted = _Counted()
    differences = [_difference(one, names) for one in drifted(_standings(operator, row, flow, listed, counted), held)]
    return Compared(
        flow=row.full_name,
        ours=counted.ours,
        theirs=len(held),
        unread=len((listed or set()) - counted.read),
        differences=differences,
    )


def _told(rows: Iterator[Any], what: str, report: Report) -> Iterator[Any]:
    for number, one in enumerate(rows, 1):
        report(what, number, number)
        yield one


def _listed(
    operator: Operator, row: ledger.flows.Flow, flow: Flow[Any], source: str, report: Report
) -> set[str] | None:
    """The source keys that the source lists now; None where it does not list everything."""
    keys: set[str] = set()
    for page in operator.application.source(row.source).pages(Query(entity=flow.source.entity)):
        keys.update(flow.key_of(one.payload) for one in page.rows)
        report(f"{row.full_name}: in {source}", len(keys), len(keys))
        if not page.everything:
            return None
    return keys


def _standings(
    operator: Operator, row: ledger.flows.Flow, flow: Flow[Any], listed: set[str] | None, counted: _Counted
) -> Iterator[Standing]:
    after = ""
    while True:
        with operator.transaction() as tx:
            found = ledger.standing.of_flow(tx, row.id, after=after)
        if not found:
            return
        for one in found:
            counted.ours += 1
            counted.read.add(one.source_key)
            yield _standing(operator, flow, one, listed)
        after = found[-1].source_key


def _standing(operator: Operator, flow: Flow[Any], one: Row, listed: set[str] | None) -> Standing:
    label, active = one.source_key, True
    document = document_of(operator, flow, one)
    if document is not None and flow.active is not None:
        label, active = flow.summary(document, one.source_key).number, flow.active(document)
    there = (one.target_key or "", *(one.target_id or "").split("; "))
    return Standing(
        key=one.source_key,
        label=label,
        names=tuple(dict.fromkeys(filter(None, there))),
        active=active,
        listed=None if listed is None else one.source_key in listed,
        sent=one.target_key is not None or one.state not in _LEFT_OUT,
        why="" if one.state == "done" else f": it is {one.hold or one.state}{f' ({one.why})' if one.why else ''}",
    )


def _difference(one: Drifted, names: Mapping[str, str]) -> Difference:
    said = SENTENCES[one.drift].format(**names, why=one.why)
    return Difference(drift=one.drift, key=one.key, name=one.name, label=one.label, sentence=said)


def _with_uses(operator: Operator, row: ledger.flows.Flow, compared: Compared, days: int, report: Report) -> Compared:
    """The same with the documents that need what differs."""
    wanted = {one.key for one in compared.differences if one.key}
    if not wanted:
        return compared
    uses: dict[str, list[Use]] = defaultdict(list)
    for key, use in uses_of(operator, row, wanted, days, report):
        uses[key].append(use)
    differences = [
        replace(one, uses=len(uses[one.key]), used_by=tuple(uses[one.key][:SHOWN])) for one in compared.differences
    ]
    return replace(compared, differences=differences)


def _note(operator: Operator, compared: Compared) -> None:
    """Write down what was found: an alert stands until somebody finds nothing any more."""
    kinds: dict[str, int] = defaultdict(int)
    for one in compared.differences:
        kinds[one.drift.value] += 1
    if not compared.unasked:
        detail = {"differences": len(compared.differences), **kinds, "theirs": compared.theirs}
        operator.transact(lambda tx: ledger.drift.note(tx, compared.flow, detail))


def as_csv(found: Sequence[Compared]) -> str:
    """One line for each difference."""
    return spreadsheet.table(
        COLUMNS,
        (
            (
                line.flow,
                one.drift.value,
                one.key,
                one.name,
                one.label,
                one.uses,
                "; ".join(f"{use.flow} {use.source_key}" for use in one.used_by),
                one.sentence,
            )
            for line in found
            for one in line.differences
        ),
    )
