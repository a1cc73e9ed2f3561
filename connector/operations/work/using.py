"""Which documents need a piece of master data: found by what their flows ask the ledger for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain import payload
from connector.domain.errors import ConnectorError
from connector.operations.work.unsealing import unsealed
from connector.pipeline.asking_many import ask_together, decide_all
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.flow import Flow
    from connector.domain.gate import Known, Needs
    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.operator.standing import Standing

#: it is looked for among so many documents at most, the newest first
MOST_LOOKED = 20_000


@dataclass(frozen=True, kw_only=True)
class Use:
    """A document that needs it."""

    flow: str
    source_key: str
    record_id: UUID
    state: str


def document_of(operator: Operator, flow: Flow[Any], one: Standing) -> Any:  # noqa: ANN401 - whatever the flow reads
    """What it said when it was last read; None where retention has removed it, or nobody can read it."""
    if one.source is None:
        return None
    opened = unsealed(operator, one.record_id, "source", one.source)
    try:
        return flow.parse(payload.bare(opened))
    except ConnectorError:
        return None


def uses_of(
    operator: Operator, row: ledger.flows.Flow, wanted: Collection[str], days: int, report: Report
) -> Iterator[tuple[str, Use]]:
    """Which documents of its integration ask for one of these, by what their flows need."""
    flows = [name for name, flow in registry.flows(row.kind).items() if row.name in flow.after]
    with operator.transaction() as tx:
        options = {flow.id: flow.options for flow in ledger.flows.list_(tx, row.integration)}
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    before, looked = ledger.standing.LAST, 0
    while flows and looked < MOST_LOOKED:
        with operator.transaction() as tx:
            found = ledger.standing.newest(tx, row.integration_id, since=since, flows=flows, before=before)
        if not found:
            return
        for one, needed in zip(found, _needed(operator, row, found, options), strict=True):
            for key in needed & set(wanted):
                use = Use(flow=one.flow, source_key=one.source_key, record_id=one.record_id, state=one.state)
                yield key, use
        looked, before = looked + len(found), found[-1].record_id
        report(f"{row.full_name}: documents that use it", looked, looked)


def _needed(
    operator: Operator, row: ledger.flows.Flow, found: Sequence[Standing], options: Mapping[UUID, Mapping[str, Any]]
) -> list[set[str]]:
    """The source keys of this flow's documents that each of these asks for, whatever the ledger answers."""
    needed: list[set[str]] = [set() for _ in found]

    def ask(asked: Mapping[int, Needs]) -> dict[int, Known | ConnectorError]:
        for place, needs in asked.items():
            needed[place].update(need.key for need in needs.links if need.flow == row.name)
        with operator.application.store.unit() as unit:
            return ask_together(asked, partial(unit.links.known, row.integration_id))

    asking = {place: _asking(operator, one, options[one.flow_id]) for place, one in enumerate(found)}
    decide_all(asking, ask, lambda _place, _error: None)
    return needed


def _asking(operator: Operator, one: Standing, options: Mapping[str, Any]) -> Generator[Needs, Known, None]:
    flow = registry.flow(one.flow.partition("/")[2])
    document = document_of(operator, flow, one)
    if document is not None:
        yield from flow.questions(document, options)
