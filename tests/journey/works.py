"""Every flow between the simulators in this process: the real ledger, systems and HTTP, and steps taken one by one."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import yaml

from connector import registry
from connector.bootstrap import Application
from connector.config.settings import Settings
from connector.domain import canonical, payload
from connector.domain.identity import new_id
from connector.domain.journey import STEP_OF, Step
from connector.domain.payload import payload_identity
from connector.domain.record import UNDER_WAY, State
from connector.operations.operator import Operator
from connector.operations.setup import applying, vault
from connector.pipeline.confirm import confirm_records
from connector.pipeline.extract import extract
from connector.pipeline.load import load_records
from connector.pipeline.loading import Loading
from connector.pipeline.map import map_records
from connector.pipeline.poll import poll
from connector.store.schema.tables import records
from connector.vault import new_key
from sandbox import simulator
from sandbox.server import running
from tests import single
from tests.journey.lost_messages import Nobody
from tests.together import batched
from tests.waiting import until
from workers.demo import scenario, scenario_concur

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    from connector.domain.exchange import Outgoing
    from connector.pipeline.world import World
    from connector.ports import Target
    from sandbox.server import SandboxServer

WORK = {Step.MAP: map_records, Step.LOAD: load_records, Step.CONFIRM: confirm_records}
#: those whose systems wait to be asked; of those that send documents by themselves there are tests beside
_ASKED = [one for one in scenario.scenarios() if not one.sends_to]
INTEGRATIONS = {one.kind: one.name for one in _ASKED}
CONNECTIONS = {system: name for one in _ASKED for name, system in one.connections}
WRITES = ("POST", "PUT", "PATCH", "DELETE")
#: for every answer, unless a test is about one that does not come
PATIENCE_SECONDS = 120
_RECORD = sa.select(*(column for column in records.columns if not column.name.endswith("_payload"))).where(
    records.c.id == sa.bindparam("id")
)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A write that reached a simulator."""

    entity: str
    key: str
    outcome: str


@dataclass
class Works:
    """Both integrations of the demonstration, set up and never left alone: nothing moves unless a test moves it."""

    application: Application
    sandboxes: Mapping[str, SandboxServer]
    #: other interfaces that documents travel over, by their systems
    instead: Mapping[str, str] = field(default_factory=dict)
    operator: Operator = field(init=False)
    worker: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.operator = Operator(application=self.application, actor="operator:test")
        self.world = self.another_world(self.worker)

    def another_world(self, worker: UUID | None = None) -> World:
        """The ports of another worker process."""
        identifier = worker or new_id()
        self.application.store.heartbeat(identifier, host="test", pid=1, kind="worker", busy_with=())
        return self.application.world(worker=identifier, dispatcher=Nobody())

    @contextlib.contextmanager
    def impatient(self, seconds: int, processes: int) -> Iterator[list[World]]:
        """So many worker processes, each with connections of its own that wait for an answer so long only."""
        self._wait_for_answers(seconds)
        with contextlib.ExitStack() as ending:
            ending.callback(self._wait_for_answers, PATIENCE_SECONDS)
            applications = [Application(self.application.settings) for _ in range(processes)]
            for one in applications:
                ending.callback(one.store.close)
            yield [Works(one, self.sandboxes).world for one in applications]

    def _wait_for_answers(self, seconds: int) -> None:
        self.reconfigure(
            "UPDATE connections SET updated_at = clock_timestamp(), "
            "config = config || jsonb_build_object('timeout_seconds', CAST(:seconds AS integer))",
            seconds=seconds,
        )

    def reconfigure(self, statement: str, **values: Any) -> None:
        """Change connections behind the product's back, and tell it that this is meant."""
        self.execute(statement, **values)
        for row in self.rows("SELECT name FROM connections"):
            vault.confirm(self.operator, f"connection:{row.name}")
        self.application._open.clear()  # what it knows of them for the next two seconds

    def execute(self, statement: str, **values: Any) -> None:
        with self.application.store.begin() as connection:
            connection.execute(sa.text(statement), values)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.application.store.begin() as connection:
            return list(connection.execute(sa.text(statement), values))

    def flow_id(self, flow: str) -> UUID:
        (row,) = self.rows("SELECT id FROM flows WHERE name = :name", name=flow)
        identifier: UUID = row.id
        return identifier

    def option(self, flow: str, options: Mapping[str, Any]) -> None:
        """Change options of a flow."""
        self.execute(
            "UPDATE flows SET options = options || CAST(:more AS jsonb) WHERE name = :name",
            name=flow,
            more=json.dumps(options),
        )
        vault.confirm(self.operator, f"flow:{self.integration_of(flow)}/{flow}")

    def integration_of(self, flow: str) -> str:
        (row,) = self.rows(
            "SELECT i.name FROM integrations i JOIN flows f ON f.integration_id = i.id WHERE f.name = :name", name=flow
        )
        return str(row.name)

    def queue(self, flow: str) -> UUID:
        """A run that nobody has begun."""
        identifier = new_id()
        self.execute(
            "INSERT INTO runs (id, flow_id, reason) VALUES (:id, :flow, 'manual')",
            id=identifier,
            flow=self.flow_id(flow),
        )
        return identifier

    def queued(self, flow: str) -> list[UUID]:
        """Runs that nobody works on."""
        statement = "SELECT id FROM runs WHERE flow_id = :flow AND status = 'queued' ORDER BY id"
        return [row.id for row in self.rows(statement, flow=self.flow_id(flow))]

    def read(self, flow: str) -> str | None:
        """Read a flow once."""
        said = poll(self.world, self.queue(flow))
        self.extract(flow)
        return said

    def pieces(self, flow: str) -> list[UUID]:
        """What runs of a flow have listed and nobody has read."""
        statement = "SELECT id FROM pieces WHERE flow_id = :flow AND error = '' ORDER BY id"
        return [row.id for row in self.rows(statement, flow=self.flow_id(flow))]

    def extract(self, flow: str, rounds: int = 20) -> None:
        """Read what was listed, until nothing of it is left."""
        for _ in range(rounds):
            if not self.pieces(flow):
                return
            self.calm()
            self.execute("UPDATE pieces SET due_at = now() WHERE flow_id = :flow", flow=self.flow_id(flow))
            for piece in self.pieces(flow):
                extract(self.world, piece)

    def die_holding(self, record_id: UUID) -> None:
        """A worker claims this record and is never heard of again."""
        worker = new_id()
        self.another_world(worker)
        with self.application.store.unit() as unit:
            assert single.claim(unit, record_id, STEP_OF[State(self.record(record_id).state)], worker)
            unit.commit()
        self.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour' WHERE id = :worker", worker=worker)

    def rescue(self) -> None:
        """What beat does for those whose process has died; what Postgres still holds locked for one of them waits."""
        until(self._rescued, "nobody holds anything any more")
        self.application.store.recovery.free_versions()
        self.application.store.recovery.release_missed()

    def _rescued(self) -> bool:
        self.execute("UPDATE workers SET heartbeat_at = now() - interval '1 hour' WHERE id <> :me", me=self.worker)
        self.application.store.recovery.rescue(dt.timedelta(minutes=30))
        return not self.rows(
            """SELECT id FROM records WHERE lease_owner <> :me UNION ALL SELECT id FROM pieces WHERE lease_owner <> :me
               UNION ALL SELECT id FROM runs WHERE lease_owner <> :me""",
            me=self.worker,
        )

    def under_way(self, flow: str, state: State) -> list[UUID]:
        """Records of a flow in a state, in the order of their documents' keys."""
        return [
            row.id
            for row in self.rows(
                "SELECT r.id FROM records r JOIN flows f ON f.id = r.flow_id "
                "WHERE f.name = :name AND r.state = :state ORDER BY r.source_key, r.id",
                name=flow,
                state=state.value,
            )
        ]

    def record(self, record_id: UUID) -> Any:
        """All of a record but its documents, which may be huge."""
        with self.application.store.begin() as connection:
            return connection.execute(_RECORD, {"id": record_id}).one()

    def calm(self, *record_ids: UUID) -> None:
        """Let time pass: no connection rests any more, and these records are due."""
        self.execute("UPDATE connections SET paused_until = NULL, failures = 0, stopped_why = NULL")
        if record_ids:
            self.execute(
                "UPDATE records SET due_at = now(), queued_until = NULL WHERE id = ANY(:ids)", ids=[*record_ids]
            )
            self.execute(
                "UPDATE attempts SET sent_at = sent_at - interval '1 hour', asked_at = asked_at - interval '1 hour' "
                "WHERE (answered_at IS NULL OR answer = 'unknown') "
                "AND document_id IN (SELECT document_id FROM records WHERE id = ANY(:ids))",
                ids=[*record_ids],
            )

    def step(self, record_id: UUID) -> None:
        """Take the next step of a record, when it is due."""
        self.calm(record_id)
        step = STEP_OF[State(self.record(record_id).state)]
        WORK[step](self.world, [record_id])

    def steps(self, record_ids: Sequence[UUID]) -> None:
        """Take the next step of records of one flow that stand in the same state, as one task does."""
        some = [*record_ids]
        alone = {row.id for row in self.rows("SELECT id FROM records WHERE id = ANY(:ids) AND goes_alone", ids=some)}
        for ids in [*batched([one for one in some if one not in alone]), *([one] for one in alone)]:
            self.calm(*ids)
            step = STEP_OF[State(self.record(ids[0]).state)]
            WORK[step](self.world, ids)

    def finish(self, record_id: UUID, steps: int = 6) -> str:
        """Step until the record has ended; returns its state."""
        for _ in range(steps):
            state = State(self.record(record_id).state)
            if state not in UNDER_WAY:
                break
            self.step(record_id)
        return str(self.record(record_id).state)

    def sandbox(self, system: str) -> SandboxServer:
        """The simulator that stands for this system."""
        return self.sandboxes[self.instead.get(system, system)]

    def target_of(self, flow: str) -> SandboxServer:
        return self.sandbox(registry.flow(flow).target.system)

    def source_of(self, flow: str) -> SandboxServer:
        return self.sandbox(registry.flow(flow).source.system)

    def source_payload(self, record_id: UUID) -> dict[str, Any]:
        """The document as it was read."""
        (row,) = self.rows("SELECT sealed FROM payloads WHERE record_id = :id AND kind = 'source'", id=record_id)
        sealed = bytes(row.sealed)
        opened = self.application.vault.open(sealed, payload_identity(record_id, "source"))
        return payload.bare(canonical.loads(opened))

    def target(self, system: str) -> Target:
        """The system's writer, as the load step has it."""
        return self.application.target(CONNECTIONS[system])

    def outgoing(self, record_id: UUID) -> Outgoing:
        """What the record's load step sends."""
        self.calm(record_id)
        with self.application.store.unit() as unit:
            claim = single.claim(unit, record_id, Step.LOAD, self.worker)
        assert claim is not None  # and rolled back
        loading = Loading(self.world, claim)
        loading.prepare()
        return loading.document

    @staticmethod
    def written(sandbox: SandboxServer) -> list[Written]:
        """Every write that reached the simulator, whether or not its answer arrived."""
        return [
            Written(entity=one["entity"], key=one["key"], outcome=one["outcome"])
            for one in sandbox.state("writes")["writes"]
        ]

    @staticmethod
    @contextlib.contextmanager
    def weather(sandbox: SandboxServer, kind: str, *methods: str, **more: Any) -> Iterator[None]:
        """Every request with one of these methods, or every request at all, meets this fault; signing in does not."""
        matches = [{"method": method} for method in methods] or [{}]
        sandbox.set_faults(*({"kind": kind, "match": match, **more} for match in matches))
        try:
            yield
        finally:
            sandbox.set_faults()


@contextlib.contextmanager
def open_works(
    database_url: str,
    folder: Path,
    *,
    documents: int,
    broker_url: str = "redis://127.0.0.1:9/0",
    instead: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Works]:
    """Start the simulators and set both integrations up, with the file the demonstration writes.

    ``instead``: connections of which systems are to another interface of theirs.
    """
    with contextlib.ExitStack() as stack:
        filled = {one: documents if simulator.share(one, documents) else 0 for one in (*CONNECTIONS, *instead.values())}
        sandboxes = {one: stack.enter_context(running(one, documents=many)) for one, many in filled.items()}
        setup = yaml.safe_load(
            scenario.write_setup(folder, {f"sandbox-{name}": one.url for name, one in sandboxes.items()}).read_text()
        )
        for name, connection in setup["connections"].items():
            if (other := instead.get(connection["system"])) is not None:
                connection = scenario.connection(other, sandboxes[other].url, {"allow_plain_http": True})  # noqa: PLW2901
                setup["connections"][name] = connection
            connection["timeout_seconds"] = PATIENCE_SECONDS
        # A step is about the record that is stepped: nothing goes along with it.
        setup["connections"][scenario_concur.CONNECTION]["entities"]["list_items"]["bulk"] = None
        settings = Settings(
            database_url=database_url, broker_url=broker_url, master_keys=new_key(), data_dir=folder,
            allow_private_addresses=True,
        )  # fmt: skip
        application = Application(settings)
        stack.callback(application.store.close)
        works = Works(application, sandboxes, instead)
        given = {name: os.environ.get(name) for name in scenario.secrets()}
        os.environ.update(scenario.secrets())
        try:
            applying.apply(works.operator, yaml.safe_dump(setup), file="setup.yaml")
        finally:
            for name, value in given.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        yield works
        assert application.store.verify() == []
