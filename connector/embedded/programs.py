"""The one table of command lines of a stack on one machine."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.config import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: kinds of work; each has its own queue and its own worker, so that none starves another
QUEUES = ("poll", "extract", "map", "load", "control")
#: these wait for one another inside (a source is read page by page, housekeeping is little): one process each
_ONE_AT_A_TIME = frozenset({"control"})
#: whose worker seals the audit trail
_SEALS = "control"
FLOWER_USER = "operator"

#: begins the command line of a worker and of beat
CELERY = (sys.executable, "-m", "workers.start", "-A", "workers.app")
_OURS = (sys.executable, "-m", "workers.command")


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process to run: what starts it, what ends it, and what ends it when its starter was killed."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: the secret settings that reach it through its environment; no others do
    needs: frozenset[str] = frozenset()
    #: other variables of ours that it may see
    sees: frozenset[str] = frozenset()
    patience: float = 10.0
    on_orphaned: signal.Signals = signal.SIGTERM


def worker(queue: str, concurrency: int, *, metrics_from: int = 0) -> Program:
    """A Celery worker of one kind of work. On SIGTERM it finishes what it has begun.

    Each kind is scraped on a port of its own, counted from ``metrics_from``.
    """
    processes = 1 if queue in _ONE_AT_A_TIME else concurrency
    options = ("-Q", queue, "-n", f"{queue}@%h", "-c", str(processes), "--without-gossip", "--without-mingle")
    return Program(
        name=f"worker-{queue}",
        command=(*CELERY, "worker", *options),
        needs=frozenset(
            {"database_url", "broker_url", "master_keys", "metrics_token", "proxy"}
            | ({"audit_anchor"} if queue == _SEALS else set())
        ),
        environment={f"{PREFIX}WORKER_METRICS_PORT": str(metrics_from + QUEUES.index(queue))} if metrics_from else {},
        patience=45.0,  # longer than a request may take
        on_orphaned=signal.SIGQUIT,  # its servers are going away too: the ledger gives the work back
    )


def beat() -> Program:
    """The clock of the stack."""
    return Program(name="beat", command=(*CELERY, "beat"), needs=frozenset({"database_url", "broker_url"}))


def flower(password: str, address: str, port: int) -> Program:
    """Flower behind a password: nothing can be changed from it, nothing is kept by it."""
    return Program(
        name="flower",
        command=(sys.executable, "-m", "workers.flower_guarded"),
        needs=frozenset({"broker_url"}),
        # From the environment, because everybody can read a command line.
        environment={
            "FLOWER_ADDRESS": address,
            "FLOWER_PORT": str(port),
            "FLOWER_BASIC_AUTH": f"{FLOWER_USER}:{password}",
            "FLOWER_READ_ONLY": "true",
            "FLOWER_ENABLE_EVENTS": "false",  # workers send them anyway, and obey nobody
            "FLOWER_PERSISTENT": "false",
            "FLOWER_MAX_TASKS": "10000",
            "FLOWER_TASKS_COLUMNS": "name,state,args,result,exception,received,runtime,worker,uuid",
        },
    )


def console(port: int, *, sees: frozenset[str] = frozenset()) -> Program:
    """The console on loopback, which also receives events, companies and documents."""
    return Program(
        name="console",
        command=(sys.executable, "-m", "workers.console"),
        needs=frozenset({"database_url", "master_keys", "metrics_token", "oidc_client_secret", "proxy"}),
        sees=sees,
        environment={f"{PREFIX}CONSOLE_ADDRESS": "127.0.0.1", f"{PREFIX}CONSOLE_PORT": str(port)},
    )


@dataclass(frozen=True, kw_only=True)
class SandboxAsked:
    """A simulator to start with the stack. ``faults`` is a file of fault rules; ``port`` is taken when it is free."""

    system: str
    port: int = 0
    seed: int = 1
    documents: int = 200
    latency_ms: int = 0
    faults: Path | None = None


def sandbox(asked: SandboxAsked, port: int) -> Program:
    """A simulator on loopback."""
    options = ["--port", str(port), "--seed", str(asked.seed), "--documents", str(asked.documents)]
    options += ["--latency", str(asked.latency_ms)]
    if asked.faults is not None:
        options += ["--faults", str(asked.faults)]
    return Program(name=f"sandbox-{asked.system}", command=(*_OURS, "sandbox", asked.system, *options))
