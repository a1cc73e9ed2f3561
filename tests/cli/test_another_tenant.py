"""A connection is moved to another tenant: nothing of it is skipped, and nothing is taken for the other one's."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.record import Extracted
from connector.pipeline.poll import poll
from tests.pipeline.doubles import FakeSource
from tests.pipeline.parts import FLOWS, PART
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.bootstrap import Application
    from connector.domain.exchange import Page, Query
    from tests.cli.conftest import Terminal

FLOW = "acme/qad_accounts_to_jaggaer"
ELSEWHERE = "base_url: http://127.0.0.1:8/clouderp\n"
EXTRACTED = Extracted(
    record_id=new_id(), source_key="4711", fingerprint="x", after_version=0, payload=b"x", correlation_id="mlc-x"
)
CONCUR = """
client_id: concur-client
company_uuid: 11111111-2222-4333-8444-555555555555
client_secret: env:CONCUR_SECRET
request_token: env:CONCUR_SECRET
"""
#: what says whose books a connection leads to
TENANTS = [
    ("acme-qad", ELSEWHERE, "base_url"),
    ("acme-qad", "workspace: 20USA_20USACO\n", "workspace"),
    ("acme-j1", "base_url: http://127.0.0.1:8\n", "base_url"),
    ("acme-j1", "client_id: another\n", "client_id"),
]


class Tenant(FakeSource):
    """Its first page takes so long that somebody does something meanwhile."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def pages(self, query: Query) -> Iterator[Page]:
        for page in super().pages(query):
            self.meanwhile()
            yield page


class Desk:
    """A worker that reads the flow, and an operator."""

    def __init__(self, terminal: Terminal, built: Application) -> None:
        self.terminal, self.built, self.source = terminal, built, Tenant()
        nobody: Any = SimpleNamespace(step=lambda *_: None, poll=lambda *_: None, extract=lambda *_: None)
        self._world = replace(
            built.world(worker=new_id(), dispatcher=nobody), flow=lambda _: FLOWS[PART], source=self._open
        )

    def _open(self, name: str) -> Tenant:
        self.built.open_connection(name)
        return self.source

    def queue(self) -> UUID:
        return UUID(self.terminal.json("flow", "run", FLOW)["run"]["id"])

    def read(self, run: UUID) -> str | None:
        self.sql("UPDATE runs SET due_at = now()")
        self.built._open.clear()
        return poll(self._world, run)

    def rotate(self, name: str, change: str, *options: str) -> Any:
        return self.terminal("connection", "rotate", name, "--config", self.terminal.file("c.yaml", change), *options)

    def sql(self, statement: str, **values: object) -> list[Any]:
        with self.built.store.begin() as connection:
            done = connection.execute(sa.text(statement), values)
            return list(done.all()) if done.returns_rows else []

    @property
    def kept(self) -> list[str]:
        return [row.source_key for row in self.sql("SELECT source_key FROM documents ORDER BY 1")]


@pytest.fixture
def desk(acme: Terminal, built: Application) -> Desk:
    return Desk(acme, built)


def test_a_run_under_way_reads_the_new_tenant_from_its_first_document(desk: Desk) -> None:
    run = desk.queue()
    desk.sql('UPDATE runs SET position = \'{"page": 2, "newest_seen": "2027-01-01T00:00:00+00:00"}\'')
    desk.sql("UPDATE flows SET cursor = '2027-01-01'")
    desk.source.batches = [[], [{"part": "theirs"}], [{"part": "theirs-2"}]]

    def move() -> None:
        assert desk.rotate("acme-qad", ELSEWHERE).code == 0
        desk.source.meanwhile = lambda: None

    desk.source.meanwhile = move
    assert "acme-qad was changed while it was being read" in (desk.read(run) or "")
    assert desk.kept == []

    desk.source.batches = [[{"part": "ours", "modified": "2026-01-01T00:00:00+00:00"}], [{"part": "ours-2"}]]
    assert desk.read(run) == "read 2"
    assert desk.kept == ["ours", "ours-2"]
    assert [(query.position, query.since is None) for query in desk.source.queries] == [
        ({"page": 2}, False),
        (None, True),
    ]
    ((cursor,),) = desk.sql("SELECT to_char(cursor, 'YYYY') FROM flows WHERE cursor IS NOT NULL")
    assert cursor == "2026"


def test_a_worker_that_opened_it_before_keeps_nothing_of_a_run_that_is_asked_for_afterwards(desk: Desk) -> None:
    desk.built.open_connection("acme-qad")
    assert desk.rotate("acme-qad", ELSEWHERE).code == 0
    desk.source.batches = [[{"part": "theirs"}]]

    assert "acme-qad was changed while it was being read" in (poll(desk._world, desk.queue()) or "")
    assert desk.kept == []


def test_a_worker_that_was_killed_leaves_no_position_to_go_on_from_at_the_new_tenant(desk: Desk) -> None:
    run = desk.queue()
    desk.source.batches = [[], [], [{"part": "theirs"}]]
    desk.source.fails_at = {2: SystemExit()}  # killed behind an empty page, with the run in its hands
    with pytest.raises(SystemExit):
        desk.read(run)
    ((status, position),) = desk.sql("SELECT status, position FROM runs")
    assert (status, position) == ("running", {"page": 2})

    assert desk.rotate("acme-qad", ELSEWHERE).code == 0
    desk.sql("UPDATE workers SET heartbeat_at = now() - interval '1 hour'")
    desk.built.store.recovery.rescue(dt.timedelta(minutes=1))
    desk.source.batches, desk.source.fails_at = [[{"part": "ours"}], [], []], {}
    assert desk.read(run) == "read 1"
    assert desk.kept == ["ours"]


def test_whoever_moves_a_connection_waits_for_a_page_that_is_being_kept_and_sees_what_is_on_it(desk: Desk) -> None:
    run_id, store = desk.queue(), desk.built.store
    opened = store.connection("acme-qad").updated_at
    with ThreadPoolExecutor(1) as elsewhere, store.unit() as unit:
        run = unit.runs.claim(run_id, new_id())
        assert run is not None
        unit.connections.stay("acme-qad", opened)
        moving = elsewhere.submit(desk.rotate, "acme-qad", ELSEWHERE)
        waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until(lambda: moving.done() or desk.sql(waiting), "the rotation waits")
        unit.extraction.insert(run, [EXTRACTED], actor="worker:test")
        unit.commit()
        said = moving.result()
    assert "documents of the one it leads to are known in acme" in said.err
    assert store.connection("acme-qad").updated_at == opened


@pytest.mark.parametrize(("name", "change", "field"), TENANTS)
def test_documents_of_one_tenant_are_not_taken_for_those_of_another(
    desk: Desk, name: str, change: str, field: str
) -> None:
    desk.source.batches = [[{"part": "4711", "modified": "2026-01-01T00:00:00+00:00"}]]
    assert desk.read(desk.queue()) == "read 1"
    before = desk.terminal.json("connection", "show", name)["config"]

    said = desk.rotate(name, change)
    assert said.code != 0
    assert f"With another {field} the connection '{name}' may lead to another tenant, and documents of the" in said.err
    assert "are known in acme: others would be taken for them" in said.err
    assert "add a connection and an integration of its own" in said.err
    assert desk.terminal.json("connection", "show", name)["config"] == before

    desk.terminal.ok("connection", "rotate", name, "--config", desk.terminal.file("t.yaml", "timeout_seconds: 60\n"))
    assert desk.rotate(name, change, "--same-tenant").code == 0
    (event,) = desk.terminal.json("audit", "show", f"connection:{name}")[-1:]
    assert event["detail"]["tenant"] == "the same"
    assert len(desk.sql("SELECT FROM flows WHERE cursor IS NOT NULL")) == 1


def test_a_file_does_not_lead_a_connection_with_documents_to_another_tenant(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ACME_J1_CLIENT_SECRET", "ACME_QAD_PASSWORD"):
        monkeypatch.setenv(name, "canary")
    desk.source.batches = [[{"part": "4711"}]]
    desk.read(desk.queue())
    whole = desk.terminal.ok("export").out
    assert "127.0.0.1:9/clouderp" in whole
    other = desk.terminal.file("other.yaml", whole.replace("127.0.0.1:9/clouderp", "127.0.0.1:8/clouderp"))

    said = desk.terminal("apply", other)
    assert said.code != 0
    assert "connections.acme-qad: With another base_url" in said.err


def test_whose_it_is_goes_with_its_company_alone(acme: Terminal, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    monkeypatch.setenv("CONCUR_SECRET", "canary-secret")
    acme.ok("connection", "add", "acme-concur", "--system", "concur", "--config", acme.file("c.yaml", CONCUR))
    for change, profile in (
        ("timeout_seconds: 60\n", {"company": "Acme"}),
        ("company_uuid: 22222222-2222-4333-8444-555555555555\n", None),
    ):
        desk.sql("UPDATE connections SET profile = '{\"company\": \"Acme\"}' WHERE name = 'acme-concur'")
        assert desk.rotate("acme-concur", change).code == 0
        assert acme.json("connection", "show", "acme-concur")["profile"] == profile
