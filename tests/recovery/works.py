"""The product without its processes: real flows between real sandboxes on a real ledger, one step after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.bootstrap import application
from connector.config import load_settings
from connector.domain.identity import new_id
from connector.domain.journey import STEP_OF, Step
from connector.domain.record import State
from connector.pipeline.confirm import confirm_records
from connector.pipeline.extract import extract
from connector.pipeline.load import load_records
from connector.pipeline.map import map_records
from connector.pipeline.poll import poll
from sandbox.reconciliation import qad_concur, qad_jaggaer
from tests.e2e.books import qad_connection
from tests.e2e.plant import FLOWS, TERMS, UNITS
from tests.together import batched
from tests.waiting import HANG_SECONDS
from workers.demo import scenario_concur
from workers.demo.reconciling import compared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sandbox.server import SandboxServer

_WORK = {Step.MAP: map_records, Step.LOAD: load_records, Step.CONFIRM: confirm_records}
_MOST_ROUNDS = 60


class Nobody:
    """A dispatcher that sends nothing: the ledger is asked instead."""

    def step(self, step: Step, record_ids: Sequence[UUID]) -> None:
        """Leave it."""

    def poll(self, run_ids: Sequence[UUID]) -> None:
        """Leave it."""

    def extract(self, piece_ids: Sequence[UUID]) -> None:
        """Leave it."""


@dataclass(kw_only=True)
class Works:
    """One worker, and beat, in this process; time passes when it is told to."""

    worker: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.application = application(load_settings())
        self.world = self.application.world(worker=self.worker, dispatcher=Nobody())
        self.beat_heart()

    def beat_heart(self) -> None:
        """Say that this worker lives."""
        self.application.store.heartbeat(self.worker, host="here", pid=1, kind="worker", busy_with=())

    def close(self) -> None:
        """As when a process ends."""
        self.application.store.close()

    def ask(self, statement: str, **values: object) -> list[Any]:
        """Look into the ledger, or let something happen in it."""
        with self.application.store.begin() as connection:
            result = connection.execute(sa.text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def read(self) -> None:
        """Every flow reads its source to the end, and what was asked for one by one is read."""
        self.ask("UPDATE flows SET next_due_at = now() WHERE enabled")
        self._fire()

    def _fire(self) -> None:
        self.application.store.recovery.fire_due_flows(lambda _line, _zone, now: now.replace(year=now.year + 1))
        self.application.store.recovery.fire_rereads()
        while True:
            self.ask("UPDATE runs SET due_at = now(), queued_until = NULL WHERE status = 'queued'")
            runs = self.application.store.recovery.due_runs(50)
            if not runs:
                return
            for run_id in runs:
                poll(self.world, run_id)
            self._extract()

    def _extract(self) -> None:
        while True:
            self.ask("UPDATE pieces SET due_at = now(), queued_until = NULL")
            self.free_connections()
            pieces = self.application.store.recovery.due_pieces(50)
            if not pieces:
                return
            for piece_id in pieces:
                extract(self.world, piece_id)

    def work(self, *, steps: int | None = None) -> int:
        """Take every due record one step further, or only so many of them; returns how many were."""
        self.ask(
            """UPDATE records SET due_at = now(), queued_until = NULL WHERE state IN ('extracted', 'mapped', 'loaded')
               AND due_at IS NOT NULL AND lease_owner IS NULL"""
        )
        self.free_connections()
        due = self.application.store.recovery.due_records(5_000)[:steps]
        together = groupby(due, key=lambda one: (one.flow_id, one.state, one.goes_alone and one.record_id))
        for (_, state, _), some in together:
            for ids in batched([one.record_id for one in some]):
                self.free_connections()
                _WORK[STEP_OF[state]](self.world, ids)
        return len(due)

    def free_connections(self) -> None:
        """So much time has passed that no connection is paused any more."""
        self.ask("UPDATE connections SET paused_until = NULL, failures = 0 WHERE failures > 0")

    def work_unsent(self) -> None:
        """Take every record that was never sent as far as it gets, to its first request at most, by name."""
        for _ in range(_MOST_ROUNDS):
            self.ask("UPDATE records SET due_at = now() WHERE hold IN ('gate', 'connection')")
            found = self.ask(
                """SELECT r.id, r.state, r.hold FROM records r WHERE r.due_at <= now() AND r.lease_owner IS NULL
                   AND r.state IN ('extracted', 'mapped', 'loaded')
                   AND NOT EXISTS (SELECT FROM attempts a WHERE a.record_id = r.id) ORDER BY r.source_key, r.id"""
            )
            for row in found:
                self.free_connections()
                _WORK[STEP_OF[State(row.state)]](self.world, [row.id])
            if all(row.hold == "gate" for row in found):
                return

    def settle(self, *, rounds: int = _MOST_ROUNDS) -> None:
        """Work until nothing changes any more: what waits then waits for something outside."""
        before: list[Any] = []
        for _ in range(rounds):
            self.work()
            self._fire()
            now = self.ask("SELECT id, state, hold, tries, why FROM records ORDER BY id")
            if now == before:
                return
            before = now
        raise AssertionError(f"Still not settled: {before[:5]}")


def jaggaer_setup(qad: SandboxServer, jaggaer: SandboxServer) -> dict[str, Any]:
    """What a customer with QAD and JAGGAER applies."""
    connections = {
        "acme-qad": qad_connection(qad.url, timeout_seconds=HANG_SECONDS),
        "acme-j1": {
            "system": "jaggaer",
            "base_url": jaggaer.url,
            "token_url": f"{jaggaer.url}/auth/realms/J1p-integrations/protocol/openid-connect/token",
            "client_id": "ml-connector",
            "client_secret": "env:ACME_JAGGAER_SECRET",
            "timeout_seconds": HANG_SECONDS,
        },
    }
    integration = {
        "kind": "qad-jaggaer",
        "from": "acme-qad",
        "to": "acme-j1",
        "flows": {flow: {"enabled": True, "schedule": "every 1h"} for flow in FLOWS},
        "crosswalks": {"payment_terms": TERMS, "business_units": UNITS},
    }
    return {"connections": connections, "integrations": {"acme-jaggaer": integration}}


def concur_setup(concur: SandboxServer) -> dict[str, Any]:
    """What the same customer applies when a company of SAP Concur comes along."""
    integration = scenario_concur.integration("acme-qad")
    for flow in integration["flows"].values():
        flow["schedule"] = "every 1h"
    return {
        "connections": {
            scenario_concur.CONNECTION: {**scenario_concur.connection(concur.url), "timeout_seconds": HANG_SECONDS}
        },
        "integrations": {scenario_concur.INTEGRATION: integration},
    }


@dataclass(frozen=True, kw_only=True)
class Systems:
    """The simulators a test runs, and what they say of each other."""

    qad: SandboxServer
    jaggaer: SandboxServer
    concur: SandboxServer

    def jaggaer_differences(self) -> list[Any]:
        """Missing, twice, wrong or uncalled for in JAGGAER."""
        return [line for line in compared(qad_jaggaer.sides(self.qad.state(), self.jaggaer.state())) if not line.clean]

    def concur_differences(self) -> list[Any]:
        """Missing, twice, wrong or uncalled for in QAD's books and in Concur."""
        return [line for line in compared(qad_concur.sides(self.qad.state(), self.concur.state())) if not line.clean]
