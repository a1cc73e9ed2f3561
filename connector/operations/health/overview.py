"""All of it at a glance: is all well, what needs somebody, and what each flow does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.errors import ConnectorError
from connector.domain.schedule import next_fire, words
from connector.operations.health import watching
from connector.store import operator as ledger

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.flow import Flow as Description
    from connector.operations.operator import Operator
    from connector.store.operator.connections import Connection
    from connector.store.operator.flows import Flow
    from connector.store.operator.integrations import Integration
    from connector.store.operator.overview import Held, Lag, Oldest, Went

#: runs that a strip shows, and what is listed of the rest
RUNS, LISTED = 40, 6


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A run in a strip."""

    went: str
    new: int
    told: str


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A flow: where it leads, what is on it, and whether somebody is needed."""

    flow: Flow
    title: str
    schedule: str
    next_at: dt.datetime | None
    #: on their way, waiting for something outside, waiting for a person (codes), and dead letters
    moving: int
    waiting: int
    parked: int
    dead: int
    bars: Sequence[Bar]
    #: whether both ends let us in
    let_in: bool

    @property
    def needs(self) -> int:
        """Documents that go nowhere without a person."""
        return self.parked + self.dead

    @property
    def state(self) -> str:
        """One word: needs you, held, off, stopped, failed, waits or flows."""
        if self.needs:
            return "needs you"
        if not self.flow.enabled:
            return "held" if self.flow.held_why else "off"
        if not self.let_in:
            return "stopped"
        if self.bars and self.bars[-1].went == "failed":
            return "failed"
        return "waits" if self.waiting else "flows"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An integration as a picture: two systems, and the lanes between them."""

    integration: Integration
    source_title: str
    target_title: str
    lanes: Sequence[Lane] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All of it."""

    pairs: Sequence[Pair]
    connections: Sequence[Connection]
    oldest: Sequence[Oldest]
    #: what is wrong with queues and the clock; empty when nothing is
    machinery: str

    @property
    def lanes(self) -> list[Lane]:
        """All flows."""
        return [lane for pair in self.pairs for lane in pair.lanes]

    @property
    def coming(self) -> list[Lane]:
        """The flows that run next."""
        known = [lane for lane in self.lanes if lane.flow.enabled and lane.next_at]
        return sorted(known, key=lambda lane: (lane.next_at, lane.flow.full_name))[:LISTED]

    def with_status(self, status: str) -> list[str]:
        """Names of the connections that are so."""
        return [one.name for one in self.connections if one.status == status]


def look(operator: Operator, silent_after: dt.timedelta | None = None) -> Overview:
    """Look at all of it; at the queues, too, where it is said for how long one may be silent."""
    with operator.transaction() as tx:
        integrations, connections = ledger.integrations.list_(tx), ledger.connections.list_(tx)
        found, held, runs = ledger.flows.list_(tx), ledger.overview.held(tx), ledger.overview.runs(tx, most=RUNS)
        oldest, now = ledger.overview.oldest(tx, most=LISTED), tx.now
        runs_at_all = any(flow.enabled for flow in found)
        machinery = watching.stands_still(tx, silent_after) if silent_after and runs_at_all else ""
    lanes = _lanes(found, held, runs, _shut(connections), now)
    systems = {one.name: one.system for one in connections}
    return Overview(
        pairs=[
            Pair(
                integration=one,
                source_title=title(systems[one.source]),
                target_title=title(systems[one.target]),
                lanes=[lane for lane in lanes if lane.flow.integration_id == one.id],
            )
            for one in integrations
        ],
        connections=connections,
        oldest=oldest,
        machinery=machinery,
    )


def lane(operator: Operator, flow: Flow) -> Lane:
    """One flow alone."""
    with operator.transaction() as tx:
        held, runs = ledger.overview.held(tx, flow.id), ledger.overview.runs(tx, flow.id, most=RUNS)
        shut, now = _shut(ledger.connections.list_(tx)), tx.now
    (found,) = _lanes([flow], held, runs, shut, now)
    return found


def lag(operator: Operator, flow: Flow) -> Lag | None:
    """How long the newest documents of a flow took from being read to their end; None where none has ended."""
    with operator.transaction() as tx:
        return ledger.overview.lag(tx, flow.id)


def _shut(connections: Sequence[Connection]) -> set[str]:
    return {one.name for one in connections if one.stopped_why}


def title(system: str) -> str:
    """What a system is called; its name where the release does not know it."""
    try:
        return registry.system(system).title
    except ConnectorError:
        return system


def _lanes(
    found: Sequence[Flow], held: Sequence[Held], runs: Sequence[Went], shut: set[str], now: dt.datetime
) -> list[Lane]:
    known: dict[str, Description[Any]] = registry.flows_of({flow.name for flow in found})
    order = list(known)
    by_hold: dict[UUID, dict[str, int]] = defaultdict(dict)
    bars: dict[UUID, list[Bar]] = defaultdict(list)
    for one in held:
        by_hold[one.flow_id][one.hold] = one.records
    for run in runs:
        bars[run.flow_id].append(_bar(run))
    lanes = [
        _lane(
            flow,
            known.get(flow.name),
            by_hold[flow.id],
            bars[flow.id],
            let_in=not {flow.source, flow.target} & shut,
            now=now,
        )
        for flow in found
    ]
    return sorted(lanes, key=lambda lane: order.index(lane.flow.name) if lane.flow.name in order else -1)


def _lane(
    flow: Flow,
    known: Description[Any] | None,
    held: dict[str, int],
    bars: Sequence[Bar],
    *,
    let_in: bool,
    now: dt.datetime,
) -> Lane:
    parked, gated = held.get("park", 0), held.get("gate", 0)
    return Lane(
        flow=flow,
        title=known.title if known else flow.name,
        schedule=words(flow.schedule, flow.timezone),
        next_at=flow.next_due_at or (next_fire(flow.schedule, flow.timezone, now) if flow.enabled else None),
        moving=sum(held.values()) - parked - gated,
        waiting=gated,
        parked=parked,
        dead=flow.dead,
        bars=bars,
        let_in=let_in,
    )


def _bar(run: Went) -> Bar:
    went = "warning" if run.status == "done" and run.warning else run.status
    said = run.error or run.warning
    told = f"{run.created_at:%Y-%m-%d %H:%M} UTC: {run.status}, read {run.read}, new {run.new}"
    return Bar(went=went, new=run.new, told=f"{told}. {said}" if said else told)
