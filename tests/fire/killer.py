"""Kills whatever runs, at random but in the same order for the same seed."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import redis

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.plant import Plant
    from tests.fire.brokers import Struck

_WRITERS = """
SELECT w.pid, r.source_key FROM records r JOIN workers w ON w.id = r.lease_owner
WHERE r.state = 'mapped' AND r.leased_at > now() - interval '1 second'
"""


class Killer:
    """Each strike waits until there is something to strike, and is counted by what it struck."""

    def __init__(self, plant: Plant, seed: int, *, longest_pause: float = 1.2, broker: Struck | None = None) -> None:
        self._plant = plant
        self._chance = Random(seed)  # noqa: S311 - not for secrets
        self._longest_pause = longest_pause
        self.struck: Counter[str] = Counter()
        #: how often each way is chosen: most strikes hit those who work
        self._ways: dict[Callable[[], str], int] = {
            self.process: 6,
            self.writer: 4,
            self.worker: 3,
            self.beat: 2,
            self.postgres: 1,
        }
        if broker is None:
            self._ways |= {self.flush: 2, self.redis: 2}
        else:
            self._ways |= {partial(self._at, broker, name): often for name, often in broker.ways().items()}
        if "console" in self._running():
            self._ways[self.console] = 2

    def every_way(self) -> None:
        """Strike once in each way, in any order."""
        for way in self._chance.sample(list(self._ways), len(self._ways)):
            self._strike(way)

    def once(self) -> None:
        """Strike in any way."""
        self._strike(self._chance.choices(list(self._ways), list(self._ways.values()))[0])

    def _strike(self, way: Callable[[], str]) -> None:
        moment = time.monotonic() + self._chance.uniform(0.1, self._longest_pause)
        self._plant.until(lambda: time.monotonic() >= moment, "the next strike")
        self.struck[way()] += 1

    def worker(self) -> str:
        """A worker with all its processes."""
        _, pid = self._any_worker()
        os.killpg(pid, signal.SIGKILL)
        return "worker, whole"

    def process(self) -> str:
        """A single process of a worker, in the middle of whatever it does."""
        _, pid = self._any_worker()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if not children:  # it was started a moment ago
            return "nobody (the worker was starting)"
        os.kill(int(self._chance.choice(children)), signal.SIGKILL)
        return "worker process, any"

    def writer(self) -> str:
        """A process that has just sent a document, or is about to."""
        deadline = time.monotonic() + 5
        found: list[Any] = []
        while not found:
            if time.monotonic() > deadline:
                return "nobody (no document was being written)"
            self._plant.tend()
            found = self._plant.ask(_WRITERS)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._chance.choice(found).pid, signal.SIGKILL)
        return "worker process, writing"

    def beat(self) -> str:
        """The clock."""
        return self._kill("beat", "beat")

    def console(self) -> str:
        """Whoever takes what is posted to us."""
        return self._kill("console", "web process")

    def _kill(self, program: str, name: str) -> str:
        if pid := self._running().get(program):
            os.kill(pid, signal.SIGKILL)
        return name

    def _running(self) -> dict[str, int]:
        return {status.name: status.pid for status in self._plant.stack.status() if status.pid}

    def _at(self, broker: Struck, way: str) -> str:
        """Another broker, as soon as it is whole."""
        self._plant.until(broker.ready, "a broker to strike")
        return str(getattr(broker, way)(self._chance))

    def flush(self) -> str:
        """Everything in Redis, as if it had been lost."""
        with (
            contextlib.suppress(redis.RedisError),  # it was killed a moment ago
            redis.Redis.from_url(self._plant.stack.settings.broker_url) as client,
        ):
            client.flushall()
        return "Redis, FLUSHALL"

    def redis(self) -> str:
        """Redis itself; it comes back with what it had written down."""
        return self._kill_server("_redis", "Redis, killed")

    def postgres(self) -> str:
        """PostgreSQL itself; what was committed is there when it comes back."""
        return self._kill_server("_postgres", "PostgreSQL, killed")

    def _kill_server(self, which: str, name: str) -> str:
        server: Any = getattr(self._plant.stack, which)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        return name

    def _any_worker(self) -> tuple[str, int]:
        def running() -> list[tuple[str, int]]:
            return [(name, pid) for name, pid in self._running().items() if name.startswith("worker-")]

        self._plant.until(running, "a worker to strike")
        # Most of them strike where documents are written.
        return self._chance.choice([one for one in running() for _ in range(4 if one[0] == "worker-load" else 1)])
