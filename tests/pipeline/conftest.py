"""A ledger in Postgres, a flow of one made-up document type, and a source and a target that do as they are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.errors import Malformed, UnknownName
from connector.domain.exchange import Found, Outgoing, Page, Query, Result, Row, Safety, Written
from connector.domain.flow import Flow, Mapped, Side
from connector.domain.gate import CodeNeed, Known, LinkNeed, LinkState, Needs
from connector.domain.identity import new_id
from connector.domain.journey import STEP_OF, Step
from connector.domain.outcome import Cancel, Outcome, Park, Retry, Skip, Wait
from connector.pipeline.confirm import confirm_record
from connector.pipeline.load import load_record
from connector.pipeline.map import map_record
from connector.pipeline.poll import poll
from connector.pipeline.world import World
from connector.store import tables
from connector.store.ledger import Ledger
from connector.vault import EnvelopeVault, new_key, parse_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.doubt import Waits

PART = "parts"
ORDER = "orders"
CLAIMS = "claims"
#: how often what is unmatched is read again
RECHECK = dt.timedelta(hours=1)


def _parse(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    if payload.get("broken"):
        raise Malformed("The part has no shape; correct it in the source.")
    if payload.get("bug"):
        raise ZeroDivisionError
    return payload


def _needs(part: Mapping[str, Any], _options: Mapping[str, Any]) -> Needs:
    links = (LinkNeed(flow=ORDER, key=part["order"]),) if "order" in part else ()
    codes = (CodeNeed(table="units", code=part["unit"]),) if "unit" in part else ()
    return Needs(links=links, codes=codes)


def _map(part: Mapping[str, Any], known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    if part.get("unmatched"):
        return Wait(gate="a match", why="not matched yet", due=RECHECK, reread=True)
    if part.get("skip"):
        return Skip(reason="parts like this stay where they are")
    missing = [need for need in _needs(part, options).codes if known.code(need.table, need.code) is None]
    if missing:
        return Park(missing=tuple(missing))
    if "order" in part and known.link(ORDER, part["order"]).state is not LinkState.LINKED:
        return Wait(gate=f"order {part['order']}", why="not there yet", needs=_needs(part, options).links)
    return Mapped(
        key=part.get("number", part.get("filed_as", part["part"])), body={"amount": part.get("amount", "1.00")}
    )


def a_flow(name: str) -> Flow[Any]:
    return Flow(
        name=name,
        kind="test",
        title=name.title(),
        source=Side(system="a", entity=name),
        target=Side(system="b", entity=name),
        schedule="every 5m",
        options={},
        parse=_parse,
        key_field="part",
        needs=_needs,
        map=_map,
    )


FLOWS = {name: a_flow(name) for name in (PART, ORDER)} | {
    CLAIMS: replace(a_flow(CLAIMS), confirms=True, identity_field="doc")
}


@dataclass
class Shelf:
    """A source: pages of payloads, and errors to raise instead of pages."""

    batches: list[list[dict[str, Any]]] = field(default_factory=list)
    fails_at: dict[int, Exception] = field(default_factory=dict)
    everything: bool = True
    #: whether it waits for an answer about what it lists
    owed: bool = False
    queries: list[Query] = field(default_factory=list)
    #: error to raise instead of completing these documents, once each
    incomplete: dict[str, Exception] = field(default_factory=dict)

    def pages(self, query: Query) -> Iterator[Page]:
        self.queries.append(query)
        start = int((query.position or {}).get("page", 1))
        batches = self.batches or [[]]
        for number in range(start, len(batches) + 1):
            if number in self.fails_at:
                raise self.fails_at[number]
            rows = [row for row in batches[number - 1] if query.key in (None, row.get("part"))]
            following = {"page": number + 1} if number < len(batches) else None
            moments = [row.get("modified") for row in rows]
            yield Page(
                rows=tuple(
                    Row(
                        payload=row,
                        modified=dt.datetime.fromisoformat(at) if at else None,
                        owed=self.owed,
                        corrects=bool(row.get("corrects")),
                    )
                    for row, at in zip(rows, moments, strict=True)
                ),
                number=number,
                next=following,
                everything=self.everything,
            )

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        if error := self.incomplete.pop(str(row.payload.get("part")), None):
            raise error
        return row.payload


@dataclass
class Desk(Shelf):
    """A source that wants to know what we have, and how it ended."""

    acknowledged: list[str] = field(default_factory=list)
    not_ours: dict[str, str] = field(default_factory=dict)
    undecided: set[str] = field(default_factory=set)
    confirmed: list[tuple[str, Result]] = field(default_factory=list)
    taken_back: set[str] = field(default_factory=set)
    trouble: list[Exception | None] = field(default_factory=list)

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, Cancel | Retry]:
        if self.trouble and (error := self.trouble.pop(0)):
            raise error
        parts = [str(payload["part"]) for payload in payloads]
        self.acknowledged += [part for part in parts if part not in self.undecided]
        later: dict[int, Cancel | Retry] = {
            place: Retry(why="ask again") for place, part in enumerate(parts) if part in self.undecided
        }
        return later | {
            place: Cancel(reason=self.not_ours[part]) for place, part in enumerate(parts) if part in self.not_ours
        }

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        return "taken back by its owner" if payload["part"] in self.taken_back else ""

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        if self.trouble and (error := self.trouble.pop(0)):
            raise error
        self.confirmed.append((payload["part"], result))
        return "noted"


@dataclass
class Till:
    """A target that takes everything twice if asked twice, and can lose answers before or after the effect."""

    kind: Safety = Safety.ASK_FIRST
    holds: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    asked: int = 0
    patience: Waits = (dt.timedelta(0),)
    before: list[Exception | None] = field(default_factory=list)
    after: list[Exception | None] = field(default_factory=list)
    finds: list[Exception | None] = field(default_factory=list)
    #: what it does not show, and so cannot differ in; and the correlation ids it shows
    unseen: str = ""
    carries: dict[str, str] = field(default_factory=dict)

    def safety(self, entity: str) -> Safety:
        return self.kind

    def waits(self, entity: str) -> Waits:
        return self.patience

    def find(self, document: Outgoing) -> Found | None:
        self.asked += 1
        if self.finds and (error := self.finds.pop(0)):
            raise error
        if document.key not in self.holds:
            return None
        same = bool(self.unseen) or self.holds[document.key] == document.body
        return Found(
            target_id=f"T-{document.key}",
            difference="" if same else "its amount is another one",
            unseen=self.unseen,
            correlation=self.carries.get(document.key, ""),
        )

    def write(self, document: Outgoing) -> Written:
        if self.before and (error := self.before.pop(0)):
            raise error
        self.holds[document.key] = document.body
        self.writes.append(document.key)
        if self.after and (error := self.after.pop(0)):
            raise error
        return Written(target_id=f"T-{document.key}", answer="taken")

    def where_to_look(self, document: Outgoing) -> str:
        return f"Search the till for {document.key}."


@dataclass
class Letters:
    """A dispatcher that keeps what it was asked to send."""

    steps: list[tuple[Step, UUID]] = field(default_factory=list)
    polls: list[UUID] = field(default_factory=list)

    def step(self, step: Step, record_ids: Sequence[UUID]) -> None:
        self.steps += [(step, record_id) for record_id in record_ids]

    def poll(self, run_ids: Sequence[UUID]) -> None:
        self.polls += run_ids


@dataclass
class Hand:
    """A clock moved by hand."""

    now: float = 0.0
    luck: float = 0.5

    def monotonic(self) -> float:
        return self.now

    def chance(self) -> float:
        return self.luck


WORK = {Step.MAP: map_record, Step.LOAD: load_record, Step.CONFIRM: confirm_record}


class Bench:
    """Everything a pipeline test needs, on a real ledger."""

    def __init__(self, database_url: str) -> None:
        self.ledger = Ledger(database_url)
        self.vault = EnvelopeVault(parse_keys(new_key()))
        self.shelf, self.till, self.letters, self.hand = Shelf(), Till(), Letters(), Hand()
        self.world = self.another_world()
        self.integration = new_id()
        self.flow_ids = {name: new_id() for name in FLOWS}
        self._set_up()

    def another_world(self) -> World:
        worker = new_id()
        self.ledger.heartbeat(worker, host="test", pid=1, kind="worker", busy_with=None)
        return World(
            worker=worker,
            store=self.ledger,
            vault=self.vault,
            clock=self.hand,
            dispatcher=self.letters,
            flow=self._flow,
            source=lambda _: self.shelf,
            target=lambda _: self.till,
        )

    @staticmethod
    def _flow(name: str) -> Flow[Any]:
        if name not in FLOWS:
            raise UnknownName.among("flow", name, FLOWS)
        return FLOWS[name]

    def _set_up(self) -> None:
        sides = {name: new_id() for name in ("a", "b")}
        with self.ledger.begin() as connection:
            for name, identifier in sides.items():
                connection.execute(
                    sa.insert(tables.connections).values(
                        id=identifier, name=name, system=name, config={}, overrides={}, secrets=b""
                    )
                )
            connection.execute(
                sa.insert(tables.integrations).values(
                    id=self.integration,
                    name="acme",
                    kind="test",
                    source_connection_id=sides["a"],
                    target_connection_id=sides["b"],
                )
            )
            for name, identifier in self.flow_ids.items():
                connection.execute(
                    sa.insert(tables.flows).values(
                        id=identifier, integration_id=self.integration, name=name, enabled=True, schedule="every 5m"
                    )
                )

    def run(self, flow: str = PART, **facts: Any) -> UUID:
        identifier = new_id()
        with self.ledger.begin() as connection:
            connection.execute(
                sa.insert(tables.runs).values(id=identifier, flow_id=self.flow_ids[flow], reason="manual", **facts)
            )
        return identifier

    def read(self, *payloads: dict[str, Any], flow: str = PART) -> str | None:
        """Offer these documents on one page and poll them."""
        self.shelf.batches = [list(payloads)]
        return poll(self.world, self.run(flow))

    def due(self) -> None:
        """Let time pass: everything that waits for its time is due."""
        self.execute(
            "UPDATE records SET due_at = now() - interval '1 second', queued_until = NULL "
            "WHERE state IN ('extracted', 'mapped', 'loaded') "
            "AND due_at IS NOT NULL AND hold IS DISTINCT FROM 'version'"
        )

    def work(self, rounds: int = 10) -> None:
        """Work like beat and a worker until nothing moves."""
        for _ in range(rounds):
            self.execute("UPDATE records SET queued_until = NULL")
            ready = self.ledger.recovery.due_records(500)
            self.letters.steps.clear()
            steps = [(STEP_OF[state], record_id) for record_id, state in ready]
            if not steps:
                return
            for step, record_id in steps:
                WORK[step](self.world, record_id)

    def execute(self, statement: str, **values: Any) -> None:
        with self.ledger.begin() as connection:
            connection.execute(sa.text(statement), values)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.ledger.begin() as connection:
            return list(connection.execute(sa.text(statement), values))

    def records(self) -> dict[tuple[str, int], str]:
        """(source key, version) -> state."""
        return {(row.source_key, row.version): row.state for row in self.rows("SELECT * FROM records")}

    def record(self, key: str, version: int = 1) -> Any:
        (row,) = self.rows(
            "SELECT * FROM records WHERE source_key = :key AND version = :version", key=key, version=version
        )
        return row

    def letters_of_the_dead(self) -> dict[str, str]:
        """Source key -> reason code of open dead letters."""
        found = self.rows(
            "SELECT r.source_key, d.code FROM dead_letters d JOIN records r ON r.id = d.record_id "
            "WHERE d.resolved_at IS NULL"
        )
        return {row.source_key: row.code for row in found}

    def answers(self, key: str) -> list[str | None]:
        found = self.rows(
            "SELECT a.answer FROM attempts a JOIN records r ON r.id = a.record_id "
            "WHERE r.source_key = :key ORDER BY a.number",
            key=key,
        )
        return [row.answer for row in found]


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    made = Bench(database_url)
    yield made
    assert made.ledger.verify() == []
    made.ledger.close()
