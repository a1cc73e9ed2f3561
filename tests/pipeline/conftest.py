"""A ledger in Postgres, and around it all that a step of the pipeline needs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.errors import UnknownName
from connector.domain.identity import new_id
from connector.domain.journey import STEP_OF, Step
from connector.operations.operator import Operator
from connector.pipeline.confirm import confirm_records
from connector.pipeline.load import load_records
from connector.pipeline.map import map_records
from connector.pipeline.poll import poll
from connector.pipeline.world import World
from connector.store.ledger import Ledger
from connector.store.schema import tables
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.pipeline.doubles import FakeAcknowledgingSource, FakeSource, FakeTarget, Hand, Letters
from tests.pipeline.office import Office
from tests.pipeline.parts import FLOWS, PART
from workers.cli.closing import close
from workers.cli.reaching import doing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from connector.domain.flow import Flow

WORK = {Step.MAP: map_records, Step.LOAD: load_records, Step.CONFIRM: confirm_records}


class Bench:
    """Everything a pipeline test needs, on a real ledger."""

    def __init__(self, database_url: str) -> None:
        self.ledger = Ledger(database_url)
        self.vault = EnvelopeVault(parse_keys(new_key()))
        self.source, self.target, self.letters, self.hand = FakeSource(), FakeTarget(), Letters(), Hand()
        self.world = self.another_world()
        self.integration = new_id()
        self.flow_ids = {name: new_id() for name in FLOWS}
        self._set_up()

    def another_world(self) -> World:
        worker = new_id()
        self.ledger.heartbeat(worker, host="test", pid=1, kind="worker", busy_with=())
        return World(
            worker=worker,
            store=self.ledger,
            vault=self.vault,
            clock=self.hand,
            dispatcher=self.letters,
            flow=self._flow,
            source=lambda _: self.source,
            target=lambda _: self.target,
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
        self.source.batches = [list(payloads)]
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
            steps = [(STEP_OF[due.state], due.record_id) for due in ready]
            if not steps:
                return
            for step, record_id in steps:
                WORK[step](self.world, [record_id])

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


@pytest.fixture
def operator(bench: Bench) -> Operator:
    ledger = bench.ledger
    application: Any = SimpleNamespace(store=ledger, database=ledger, vault=bench.vault)  # all that these use
    return Operator(application=application, actor="operator:test")


@pytest.fixture
def acknowledging(bench: Bench) -> FakeAcknowledgingSource:
    """Have the bench read from a source that is told what we have, and waits for it."""
    bench.source = source = FakeAcknowledgingSource(owed=True)
    return source


@pytest.fixture
def office(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(bench, monkeypatch)
    made.code("EA", "each")
    made.code("KG", "kilo")
    return made


@pytest.fixture
def at_work(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands are typed by the office's operator."""
    monkeypatch.setattr(doing, "current_operator", lambda: office.operator)
    yield
    close()
