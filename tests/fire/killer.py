"""Everything that runs is killed while documents are on their way, again and again."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import redis

from connector.embedded.programs import QUEUES, beat, worker
from tests.e2e.plant import new_customer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.conftest import StartPlant
    from tests.e2e.plant import Plant

SEED = 2611


@pytest.fixture(scope="module")
def plant(start_plant: StartPlant) -> Iterator[Plant]:
    with start_plant([*(worker(queue, 2) for queue in QUEUES), beat()]) as started:
        yield started


class Killer:
    """Strikes at random, but the same way each time."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self._plant = plant
        self._chance = Random(seed)  # noqa: S311 - not for secrets
        self.struck: list[str] = []

    def strike(self, *strikes: Callable[[], str]) -> None:
        """Strike once in each of these ways, in any order, with moments between them."""
        for strike in self._chance.sample(strikes, len(strikes)):
            moment = time.monotonic() + self._chance.uniform(0.1, 1.2)
            self._plant.until(lambda moment=moment: time.monotonic() >= moment, "the next strike")
            self.struck.append(strike())

    def worker(self) -> str:
        """A worker with all its processes."""
        name, pid = self._any_worker()
        os.killpg(pid, signal.SIGKILL)
        return name

    def writer(self) -> str:
        """A process that has just sent a document, or is about to."""
        holding = """SELECT w.pid, r.source_key FROM records r JOIN workers w ON w.id = r.lease_owner
                     WHERE r.state = 'mapped' AND r.leased_at > now() - interval '1 second'"""
        found: list[Any] = []

        def some() -> list[Any]:
            found[:] = self._plant.ask(holding)
            return found

        self._plant.until(some, "a document to lose")
        chosen = self._chance.choice(found)
        with contextlib.suppress(ProcessLookupError):
            os.kill(chosen.pid, signal.SIGKILL)
        return f"who wrote {chosen.source_key}"

    def process(self) -> str:
        """A single process of a worker, in the middle of whatever it does."""
        name, pid = self._any_worker()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if not children:  # it was started a moment ago
            return f"{name} was spared"
        os.kill(int(self._chance.choice(children)), signal.SIGKILL)
        return f"a process of {name}"

    def beat(self) -> str:
        """The clock."""
        for status in self._plant.stack.status():
            if status.name == "beat" and status.pid:
                os.kill(status.pid, signal.SIGKILL)
        return "beat"

    def flush(self) -> str:
        """Everything in Redis, as if it had been lost."""
        with redis.Redis.from_url(self._plant.stack.settings.broker_url) as client:
            client.flushall()
        return "all messages"

    def redis(self) -> str:
        """Redis itself; it comes back with what it had written down."""
        server = self._plant.stack._redis
        assert server is not None
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        return "Redis"

    def postgres(self) -> str:
        """PostgreSQL itself; what was committed is there when it comes back."""
        server = self._plant.stack._postgres
        assert server is not None
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        return "PostgreSQL"

    def _any_worker(self) -> tuple[str, int]:
        def running() -> list[tuple[str, int]]:
            found = [(status.name, status.pid) for status in self._plant.stack.status() if status.pid]
            return [(name, pid) for name, pid in found if name.startswith("worker-")]

        self._plant.until(running, "a worker to strike")
        # Most of them strike where documents are written.
        return self._chance.choice([one for one in running() for _ in range(4 if one[0] == "worker-load" else 1)])


def test_whatever_is_killed_nothing_is_lost_nothing_arrives_twice_and_nothing_is_stuck(
    plant: Plant, tmp_path: Path
) -> None:
    killer = Killer(plant, SEED)
    with new_customer(plant, documents=50, latency_ms=50) as customer:
        # Documents are taken at once and answered late: time to kill who waits for the answer.
        customer.jaggaer.set_faults({"kind": "slow", "match": {"method": "POST", "path": "/j1p/"}, "seconds": 0.3})
        customer.set_up(tmp_path, schedule="every 3s")
        began = plant.now()

        plant.until(lambda: customer.jaggaer.state("writes")["writes"], "the first document arrived")
        killer.strike(killer.writer, killer.worker, killer.process, killer.beat, killer.redis)
        plant.until(lambda: "invoices" in customer.jaggaer.state("creates")["creates"], "the first invoice arrived")
        killer.strike(killer.writer, killer.writer, killer.worker, killer.flush)
        killer.strike(killer.writer, killer.process, killer.postgres, killer.beat, killer.worker)
        customer.settled_since(began)
        plant.ok("dead", "requeue", "--all")  # who was killed three times over the same document asks a person
        customer.settled_since(plant.now())

        customer.reconciled()
        assert customer.dead() == {}
        assert plant.ask("SELECT id FROM records WHERE lease_owner IS NOT NULL") == []
        assert plant.ask("SELECT id FROM attempts WHERE answered_at IS NULL OR answer = 'unknown'") == []
        assert plant.ask("SELECT id FROM attempts WHERE answer = 'adopted'"), (
            "some had arrived before their writer died"
        )
        assert len(plant.ask("SELECT id FROM audit_events WHERE name = 'record.rescued'")) >= 3, killer.struck
        restarts = {status.name: status.restarts for status in plant.stack.status()}
        assert restarts["beat"] >= 1, killer.struck
        assert sum(restarts.values()) >= 4, killer.struck
