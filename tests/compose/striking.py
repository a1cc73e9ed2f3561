"""Strikes at containers and at what runs in them; the same seed strikes in the same order."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from tests.compose.waiting import until

if TYPE_CHECKING:
    from tests.compose.deployment import Deployment

_WORKERS = ("worker-poll", "worker-extract", "worker-map", "worker-load", "worker-control")
_SERVERS = ("redis", "postgres")
#: sends a signal to one of the processes that the main process of a container has started, or to that one itself
_INSIDE = """
import os, random, signal
parents = {}
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        parents[int(pid)] = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
    except OSError:
        continue
(main,) = [pid for pid, parent in parents.items() if parent == 1]
children = [pid for pid, parent in parents.items() if parent == main]
os.kill(random.choice(children) if "%s" == "child" and children else main, signal.%s)
"""
_FLUSH = "REDISCLI_AUTH=\"$(sed -n 's/^requirepass //p' /run/secrets/redis_conf)\" redis-cli flushall"


class Striker:
    """Kills, stops, restarts and empties, one after the other."""

    def __init__(self, deployment: Deployment, seed: int) -> None:
        self._deployment = deployment
        self._chance = Random(seed)  # noqa: S311 - not for secrets
        self._round = 0
        self.struck: Counter[str] = Counter()

    def once(self) -> str:
        """Strike, and wait a moment; every kind in turn. Returns what was done."""
        ways = (self._child, self._container, self._restart, self._main, self._flush, self._frozen)
        did = ways[self._round % len(ways)]()
        self._round += 1
        self.struck[did.split(":")[0]] += 1
        time.sleep(self._chance.uniform(1, 4))
        return did

    def _child(self) -> str:
        return f"killed a child: {self._inside(_WORKERS, 'child', 'SIGKILL')}"

    def _main(self) -> str:
        return f"killed a main process: {self._inside((*_WORKERS, 'beat'), 'main', 'SIGKILL')}"

    def _frozen(self) -> str:
        """Its children see that it stands still; where it has none, as beat, the check of the container does."""
        return f"stopped a main process: {self._inside((*_WORKERS, 'beat'), 'main', 'SIGSTOP')}"

    def _inside(self, services: tuple[str, ...], whom: str, how: str) -> str:
        service, container = self._somebody(services)
        done = self._deployment.docker("exec", container, "python", "-c", _INSIDE % (whom, how), check=False)
        return f"{service} {done}".rstrip()

    def _container(self) -> str:
        service, container = self._somebody((*_WORKERS, "beat", "console", "flower"))
        self._deployment.docker("kill", "--signal", "KILL", container)
        self._deployment.docker("start", container)
        return f"killed a container: {service}"

    def _restart(self) -> str:
        service = _SERVERS[self._round // 6 % len(_SERVERS)]
        (container,) = self._deployment.containers(service)
        if self._chance.random() < 0.5:
            self._deployment.docker("kill", "--signal", "KILL", container)
        self._deployment.docker("restart", "--time", "10", container)
        return f"restarted a server: {service}"

    def _flush(self) -> str:
        (container,) = self._deployment.containers("redis")
        until(lambda: self._runs(container), "Redis runs")
        self._deployment.docker("exec", container, "sh", "-c", _FLUSH, check=False)
        return "emptied: redis"

    def _somebody(self, services: tuple[str, ...]) -> tuple[str, str]:
        service = self._chance.choice(services)
        container = self._chance.choice(self._deployment.containers(service))
        until(lambda: self._runs(container), f"{service} runs")
        return service, container

    def _runs(self, container: str) -> bool:
        return self._deployment.docker("inspect", "--format", "{{.State.Running}}", container) == "true"
