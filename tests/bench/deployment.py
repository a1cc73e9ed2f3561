"""What a benchmark runs against: the whole product as ``up`` starts it, and companies with next to free systems."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.config import PREFIX, read_settings
from connector.embedded import roles
from connector.embedded.generated_secrets import ensure_flower_password
from connector.embedded.places import free_port
from connector.embedded.programs import QUEUES, Program, beat, flower, worker
from connector.embedded.stack import Stack
from tests.bench.spending import Meter
from tests.e2e.books import qad_connection
from tests.e2e.plant import INVOICES, SECRETS, SUPPLIERS, TERMS, UNITS, Plant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.embedded.supervisor import Status
    from tests.bench.spending import Spent

_GLANCE = 0.05
#: what was refused with 503, or lost its answer, rests so long before it is asked about and sent again: as long as
#: dlt's requests do; and as usual here, with which the default of JAGGAER ONE's connections (5, 15, 45, 120) begins
AS_DLT, USUAL = (1,), (5,)
#: with what the keys of a flow begin
_BEGINS = {INVOICES: "R", SUPPLIERS: "S"}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_UNDER_WAY = """
SELECT count(*) FILTER (WHERE r.state IN ('extracted', 'mapped', 'loaded')) AS moving, count(*) AS all
FROM records r JOIN flows f ON f.id = r.flow_id JOIN integrations i ON i.id = f.integration_id
WHERE i.name = %(company)s AND f.name = %(flow)s
"""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A running product, and the two stand-ins beside it."""

    plant: Plant
    stack: Stack
    meter: Meter
    #: the stand-ins' address, and their process
    place: str
    stand_ins: int
    directory: Path
    _companies: list[str] = field(default_factory=list)

    def company(
        self,
        *,
        invoices: int,
        suppliers: int = 20,
        detail: bool = False,
        rests: Sequence[int] = USUAL,
        **behaviour: object,
    ) -> Company:
        """Add a company whose suppliers are with JAGGAER already, and whose invoices nobody has asked for yet."""
        company = self.stranger(detail=detail, rests=rests)
        company.set_up()
        company.tell(suppliers=suppliers)
        if suppliers and not detail:
            company.run(SUPPLIERS)
            company.wait_for(suppliers, SUPPLIERS)
        company.tell(invoices=invoices, **behaviour)
        return company

    def stranger(self, *, detail: bool = False, rests: Sequence[int] = USUAL) -> Company:
        """Add a company that the product does not know."""
        name = f"c{len(self._companies)}"
        self._companies.append(name)
        return Company(bench=self, name=name, detail=detail, rests=tuple(rests))

    def status(self) -> list[Status]:
        """Return how the processes of the product are."""
        return self.stack.status()


@dataclass(frozen=True, kw_only=True)
class Company:
    """One integration, with two systems of its own."""

    bench: Bench
    name: str
    #: whether each of its suppliers takes a read of its own
    detail: bool = False
    #: seconds before each question about a write that may have arrived; after the last one it is sent again
    rests: tuple[int, ...] = USUAL

    def set_up(self) -> None:
        """Describe it to the product."""
        place = f"{self.bench.place}/{self.name}"
        qad = qad_connection(place)
        without_detail = {} if self.detail else {"entities": {"suppliers": {"detail": None}}}
        jaggaer = {
            "system": "jaggaer",
            "base_url": place,
            "token_url": f"{place}/token",
            "client_id": "ml-connector",
            "client_secret": "env:ACME_JAGGAER_SECRET",
            "ask_again_seconds": list(self.rests),
        }
        options = {"accounts_required": False, "order_required": False}
        setup = {
            "connections": {f"{self.name}-qad": qad | without_detail, f"{self.name}-j1": jaggaer},
            "integrations": {
                self.name: {
                    "kind": "qad-jaggaer",
                    "from": f"{self.name}-qad",
                    "to": f"{self.name}-j1",
                    "flows": {SUPPLIERS: {"enabled": False}, INVOICES: {"enabled": False, "options": options}},
                    "crosswalks": {"payment_terms": TERMS, "business_units": UNITS},
                }
            },
        }
        file = self.bench.directory / f"{self.name}.yaml"
        file.write_text(json.dumps(setup))  # JSON is YAML
        self.bench.plant.ok("apply", str(file))

    def run(self, flow: str = INVOICES) -> None:
        """Ask for a run, without a process that would take its time to start."""
        self.bench.plant.ok("flow", "run", f"{self.name}/{flow}")

    def command(self, *words: str) -> tuple[float, float]:
        """Type a command in a process of its own; returns the seconds, and the CPU seconds, that it took."""
        began = time.monotonic()
        settings = {f"{PREFIX}DATA_DIR": str(self.bench.stack.settings.data_dir)}
        process = subprocess.Popen(
            [Path(sys.executable).with_name("ml-connector"), *words],
            env={**os.environ, **SECRETS, **settings},
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, words
        return time.monotonic() - began, usage.ru_utime + usage.ru_stime

    def tell(self, **changes: object) -> dict[str, int]:
        """Change what its systems have and how they behave; returns how many documents JAGGAER took."""
        return self._stand_ins(json.dumps(changes).encode())

    def count(self, flow: str = INVOICES) -> int:
        """Return how many documents of a flow JAGGAER took: cheap, so that who looks on costs nothing."""
        return self.tell().get(_BEGINS[flow], 0)

    def taken(self, flow: str = INVOICES) -> Mapping[str, float]:
        """Return when JAGGAER took each document of a flow."""
        return {key: when for key, when in self._stand_ins().items() if key.startswith(_BEGINS[flow])}

    def _stand_ins(self, body: bytes | None = None) -> dict[str, Any]:
        address = f"{self.bench.place}/{self.name}/_bench"
        with _DIRECT.open(urllib.request.Request(address, data=body), timeout=60) as answer:  # noqa: S310 the stand-ins we started ourselves
            told: dict[str, Any] = json.load(answer)
        return told

    def wait_for(self, documents: int, flow: str = INVOICES, *, seconds: float = 300.0) -> list[float]:
        """Wait until JAGGAER has so many, and the ledger knows it; returns when each was taken, in order."""
        deadline = time.monotonic() + seconds
        while self.count(flow) < documents or not self.settled(documents, flow):
            self.bench.stack.tend()
            assert time.monotonic() < deadline, (self.count(flow), self.bench.plant.unsettled())
            time.sleep(_GLANCE)
        return sorted(self.taken(flow).values())

    def settled(self, documents: int, flow: str = INVOICES) -> bool:
        """Whether so many records have come to their end."""
        found = self.bench.plant.ask(_UNDER_WAY, company=self.name, flow=flow)[0]
        return bool(found.moving == 0 and found.all >= documents)

    def moved(self, documents: int, *, seconds: float = 300.0) -> tuple[list[float], Spent]:
        """Read and send the invoices; returns when each was taken, counted from the run's start, and what it cost."""
        before = self.bench.meter.now()
        self.run()
        taken = self.wait_for(documents, seconds=seconds)
        spent = self.bench.meter.now() - before
        return [moment - before.seconds for moment in taken], spent


@contextmanager
def deployment(
    *, loads: int | None = None, only: tuple[str, ...] | None = None, at: Path | None = None
) -> Iterator[Bench]:
    """Start everything: as ``up`` does, or with so many processes that load, or with these queues' workers and beat."""
    with ExitStack() as stack:
        directory = at or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlc-bench-")))
        directory.chmod(0o711)
        given = {
            "DATA_DIR": str(directory / "data"),
            "ALLOW_PRIVATE_ADDRESSES": "true",
            "FLOWER_PORT": "0",
            "CONSOLE_PORT": "0",
        }
        os.environ.update({**{f"{PREFIX}{name}": value for name, value in given.items()}, **SECRETS})
        port, pid = stack.enter_context(_stand_ins())
        running = Stack(read_settings(), programs=_programs(loads, only))
        stack.enter_context(running)
        plant = stack.enter_context(closing(Plant(running, patient=True)))
        meter = stack.enter_context(closing(_meter(running)))
        yield Bench(
            plant=plant,
            stack=running,
            meter=meter,
            place=f"http://127.0.0.1:{port}",
            stand_ins=pid,
            directory=directory,
        )


def _programs(loads: int | None, only: tuple[str, ...] | None) -> list[Program] | None:
    if loads is None and only is None:
        return None
    settings = read_settings()
    workers = [
        worker(queue, loads if loads and queue == "load" else settings.worker_concurrency)
        for queue in (QUEUES if only is None else only)
    ]
    shown = [flower(ensure_flower_password(settings), "127.0.0.1", free_port(0))] if only is None else []
    return [*workers, beat(), *shown]


def _meter(running: Stack) -> Meter:
    """Return what reads the counters; of a stack it asks for what only its owner may know."""
    postgres, server = running._postgres, running._redis
    assert postgres is not None
    assert server is not None
    mains = {status.name: status.pid for status in running.status() if status.pid}
    return Meter(
        mains={**mains, "postgres": postgres.pid or 0, "redis": server.pid or 0},
        database_url=postgres.url(user=roles.SUPERUSER),
        broker_url=server.url(),
    )


@contextmanager
def _stand_ins() -> Iterator[tuple[int, int]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stand_ins"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()
