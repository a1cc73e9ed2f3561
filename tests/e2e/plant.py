"""The running product, and customers who use it: through the command line, and looking at what their systems hold."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg
import pytest
import yaml
from psycopg.rows import namedtuple_row
from typer.testing import CliRunner

from connector.config import PREFIX
from connector.domain.errors import StoreUnavailable
from connector.embedded.programs import CELERY, QUEUES, Program
from connector.store.ledger import Ledger
from sandbox.reconciliation import qad_jaggaer
from sandbox.server import running
from tests.e2e import books, clock
from workers.cli import app
from workers.demo import scenario
from workers.demo.reconciling import compared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from connector.domain.comparing import Compared
    from connector.embedded.stack import Stack
    from sandbox.server import SandboxServer

SECRETS = {
    "ACME_QAD_PASSWORD": "qad-sandbox",
    "ACME_JAGGAER_SECRET": "jaggaer-sandbox",
    **scenario.secrets(),
}
SUPPLIERS, ACCOUNTS, ORDERS, INVOICES, PAYMENTS = FLOWS = tuple(
    f"qad_{what}_to_jaggaer" for what in ("suppliers", "accounts", "orders", "invoices", "payments")
)
TERMS = {"N30": "Net 30", "N45": "Net 45", "N60": "Net 60", "2-10N30": "2% 10 Net 30"}
UNITS = {"10USACO": "0001"}

#: whether `make outage` asked for what takes minutes
LONG = "LONG_TESTS" in os.environ
#: seconds that only something that hangs takes, however busy the machine is
HANGS = 600.0
_NUMBERS = itertools.count(1)
_MOVING = """WITH moving AS (
    SELECT * FROM records WHERE state IN ('extracted', 'mapped', 'loaded')
    AND NOT (due_at > now() AND (coalesce(hold, '') = 'park' OR (coalesce(hold, '') = 'gate' AND waits_for IS NULL))))
"""
_MINE = ", mine AS (SELECT f.* FROM flows f JOIN integrations i ON i.id = f.integration_id AND i.name = %(me)s)\n"


def worker(name: str, *, processes: int, queues: Sequence[str] = QUEUES) -> Program:
    """One worker for every kind of work, as on a small machine."""
    options = (
        "-Q",
        ",".join(queues),
        "-n",
        f"{name}@%h",
        "-c",
        str(processes),
        "--without-gossip",
        "--without-mingle",
    )
    needs = frozenset({"database_url", "broker_url", "master_keys"})
    return Program(name=f"worker-{name}", command=(*CELERY, "worker", *options), needs=needs, patience=45.0)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


_Answer = TypeVar("_Answer")


class Plant:
    """One stack, tended while somebody waits for it.

    Unless it is ``patient``, the ledger's clock is turned forward meanwhile: delays are not what most tests are about.
    """

    def __init__(self, stack: Stack, *, patient: bool = False) -> None:
        self.stack = stack
        self.patient = patient
        #: others come when a customer goes
        self.shared = False
        #: where the ledger is looked at, when the product reaches it by a way of its own
        self.ledger = ""
        #: who tends what the product needs and does not start itself
        self.beside: list[Callable[[], None]] = []
        self._looking: psycopg.Connection[Any] | None = None

    def __call__(self, *words: str, stdin: str | None = None) -> Said:
        """Type a command; it runs in this process, which need not start first."""
        with pytest.MonkeyPatch.context() as environment:
            for name, value in {**SECRETS, f"{PREFIX}DATA_DIR": str(self.stack.settings.data_dir)}.items():
                environment.setenv(name, value)
            result = CliRunner().invoke(app, list(words), input=stdin)
        assert "Traceback" not in result.stderr, result.stderr
        return Said(code=result.exit_code, out=result.stdout, err=result.stderr)

    def ok(self, *words: str, stdin: str | None = None) -> str:
        """A command that must succeed."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, f"{words}: {said}"
        return said.out

    def json(self, *words: str) -> Any:
        """What a command that must succeed says to a machine."""
        return json.loads(self.ok(*words, "--json"))

    def ask(self, statement: str, **values: object) -> list[Any]:
        """Look into the ledger; ``moving`` are the records that will move without anything happening outside."""
        return self._asking(lambda ledger: ledger.execute((_MOVING + statement).encode(), values).fetchall())

    def forward(self) -> None:
        """Whatever waits for a time need not wait any longer, nor for the rescue that every beat makes now and then."""
        if self._asking(clock.forward):
            with closing(Ledger(self._url)) as ledger, suppress(StoreUnavailable):
                ledger.recovery.rescue(dt.timedelta(minutes=1))

    def _asking(self, question: Callable[[psycopg.Connection[Any]], _Answer]) -> _Answer:
        deadline = time.monotonic() + HANGS
        while True:
            try:
                return question(self._connection())
            except psycopg.OperationalError:  # somebody killed it a moment ago
                self.close()
                if time.monotonic() > deadline:
                    raise
                self.stack.tend()

    @property
    def _url(self) -> str:
        return self.ledger or self.stack.settings.database_url

    def _connection(self) -> psycopg.Connection[Any]:
        if self._looking is None:
            url = self._url.replace("+psycopg", "")
            self._looking = psycopg.connect(url, autocommit=True, row_factory=namedtuple_row)
        return self._looking

    def close(self) -> None:
        """Leave the ledger, until somebody asks again."""
        if self._looking is not None:
            self._looking.close()
            self._looking = None

    def now(self) -> dt.datetime:
        """The ledger's time."""
        moment: dt.datetime = self.ask("SELECT now() AS now")[0].now
        return moment

    def tend(self) -> None:
        """Bring back what died."""
        self.stack.tend()
        for tend in self.beside:
            tend()

    def until(self, true: Callable[[], object], what: str) -> None:
        """Wait; what dies meanwhile is brought back, as in ``up``."""
        deadline = time.monotonic() + HANGS
        while True:
            self.tend()
            if true():
                return
            assert time.monotonic() < deadline, f"After {HANGS:.0f} s still not: {what}. {self.unsettled()}"
            if not self.patient:
                self.forward()
            time.sleep(0.2)  # looking takes time, too: the processes it waits for want it

    def unsettled(self) -> list[Any]:
        """Some of what has not come to its end, for the message of a failed test."""
        return [
            *self.ask("SELECT name, stopped_why, paused_why, failures FROM connections"),
            *self.ask("SELECT hold, count(*) FROM moving GROUP BY hold"),
            *self.ask(
                "SELECT source_key, state, hold, tries, crashes, due_at - now() AS due_in, queued_until, why "
                "FROM moving ORDER BY due_at LIMIT 5"
            ),
            *self.ask(
                """SELECT f.name, r.status, r.due_at - now() AS due_in, r.queued_until, r.why FROM runs r
                   JOIN flows f ON f.id = r.flow_id WHERE r.status IN ('queued', 'running')
                   AND (r.only_key IS NULL OR r.due_at < now() + interval '1 minute') LIMIT 5"""
            ),
            *self.ask("SELECT kind, pid, now() - heartbeat_at AS silent, busy_with FROM workers"),
            *self.ask("SELECT code, reason FROM dead_letters WHERE resolved_at IS NULL LIMIT 5"),
        ]


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """Whoever has an integration, which is called like its owner."""

    plant: Plant
    name: str

    def ask(self, statement: str, **values: object) -> list[Any]:
        """Look into the ledger; ``mine`` are the flows of this customer."""
        return self.plant.ask(_MINE + statement, me=self.name, **values)

    def quiet(self) -> bool:
        """Nothing of this customer moves, and nothing is about to."""
        found = self.ask(
            """SELECT (SELECT count(*) FROM moving WHERE flow_id IN (SELECT id FROM mine)) AS records,
               (SELECT count(*) FROM runs WHERE flow_id IN (SELECT id FROM mine) AND status IN ('queued', 'running')
                AND (only_key IS NULL OR due_at < now() + interval '1 minute')) AS runs"""
        )
        return not any(found[0])

    def read_since(self, moment: dt.datetime) -> bool:
        """Every source was read completely after this moment."""
        late = self.ask(
            """SELECT count(*) AS n FROM mine WHERE NOT EXISTS (SELECT FROM runs r WHERE r.flow_id = mine.id
               AND r.status = 'done' AND r.only_key IS NULL AND r.started_at > %(moment)s)""",
            moment=moment,
        )
        return bool(late[0].n == 0)

    def at_rest_since(self, moment: dt.datetime) -> bool:
        """All that was in the source at this moment has come to its end."""
        return self.read_since(moment) and self.quiet()

    def settled_since(self, moment: dt.datetime) -> None:
        """Wait until all that was in the source at this moment has come to its end."""
        self.plant.until(lambda: self.at_rest_since(moment), f"{self.name} settled")

    @contextmanager
    def staying(self) -> Iterator[Self]:
        """Be there for a while; whoever stays on a shared plant needs the workers for what nobody looks at any more."""
        yield self
        if self.plant.shared:
            for flow in self.ask("SELECT name FROM mine WHERE enabled"):
                self.plant.ok("flow", "disable", f"{self.name}/{flow.name}")

    def dead(self) -> Counter[str]:
        """Open dead letters by their reason codes."""
        return Counter(letter.code for letter in self.letters())

    def letters(self) -> list[Any]:
        """Open dead letters, each with what it is about."""
        return self.ask(
            "SELECT d.code, f.name, r.source_key, d.reason FROM dead_letters d JOIN records r ON r.id = d.record_id "
            "JOIN flows f ON f.id = r.flow_id WHERE d.resolved_at IS NULL AND r.flow_id IN (SELECT id FROM mine)"
        )


@dataclass(frozen=True, kw_only=True)
class Customer(Tenant):
    """An integration of its own between two systems of its own."""

    qad: SandboxServer
    jaggaer: SandboxServer
    #: seconds the product waits for an answer
    patience: int = 10

    def flow(self, name: str) -> str:
        """The full name of a flow."""
        return f"{self.name}/{name}"

    def connections(self) -> dict[str, dict[str, Any]]:
        """The two connections as a customer describes them."""
        return {
            f"{self.name}-qad": books.connection(self.qad.url, timeout_seconds=self.patience),
            f"{self.name}-j1": {
                "system": "jaggaer",
                "base_url": self.jaggaer.url,
                "token_url": f"{self.jaggaer.url}/auth/realms/J1p-integrations/protocol/openid-connect/token",
                "client_id": "ml-connector",
                "client_secret": "env:ACME_JAGGAER_SECRET",
                "timeout_seconds": self.patience,
            },
        }

    def integration(self, *, schedule: str = "", **crosswalks: dict[str, str]) -> dict[str, Any]:
        """The integration; without a schedule its flows run only when they are told to."""
        flow = {"enabled": True, "schedule": schedule} if schedule else {"enabled": False}
        return {
            "kind": "qad-jaggaer",
            "from": f"{self.name}-qad",
            "to": f"{self.name}-j1",
            "flows": dict.fromkeys(FLOWS, flow),
            "crosswalks": crosswalks or {"payment_terms": TERMS, "business_units": UNITS},
        }

    def set_up(self, folder: Path, *, schedule: str = "", **crosswalks: dict[str, str]) -> None:
        """Write everything into one file and apply it."""
        setup = {
            "connections": self.connections(),
            "integrations": {self.name: self.integration(schedule=schedule, **crosswalks)},
        }
        file = folder / f"{self.name}.yaml"
        file.write_text(yaml.safe_dump(setup))
        self.plant.ok("apply", str(file))

    def compared(self) -> list[Compared]:
        """What should be in JAGGAER, and what is, flow by flow."""
        return compared(qad_jaggaer.sides(self.qad.state("expected"), self.jaggaer.state()))

    def reconciled(self) -> None:
        """Nothing missing, twice, wrong or uncalled for; and there was something to compare in every flow."""
        compared = self.compared()
        assert [line for line in compared if not line.clean] == []
        assert all(line.expected for line in compared), compared


@contextmanager
def new_customer(
    plant: Plant, *, seed: int = 1, documents: int, latency_ms: int = 0, patience: int = 10
) -> Iterator[Customer]:
    """A customer with a QAD and a JAGGAER of their own; the product does not know them yet."""
    with (
        books.running_books(seed=seed, documents=documents, latency_ms=latency_ms) as qad,
        running("jaggaer", seed=seed, documents=0, latency_ms=latency_ms) as jaggaer,
    ):
        name = f"acme{next(_NUMBERS)}"
        with Customer(plant=plant, name=name, qad=qad, jaggaer=jaggaer, patience=patience).staying() as customer:
            yield customer
