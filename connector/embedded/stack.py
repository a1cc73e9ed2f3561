"""The whole product on one machine: servers, migrations, workers, beat, Flower, and sandboxes when asked."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import connector
from connector.config import PREFIX
from connector.config.local_stack import LocalStack, remove_stack_file, write_stack_file
from connector.domain.errors import ConfigurationError
from connector.embedded import places, roles
from connector.embedded.generated_secrets import ensure_data_dir, ensure_flower_password, ensure_master_key
from connector.embedded.ownership import Ownership
from connector.embedded.places import free_port
from connector.embedded.postgres import EmbeddedPostgres
from connector.embedded.programs import QUEUES, beat, console, flower, sandbox, worker
from connector.embedded.redis import EmbeddedRedis
from connector.embedded.supervisor import Status, Supervisor
from connector.store import identity
from connector.store.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from connector.config.settings import Settings
    from connector.embedded.farewell import Farewell
    from connector.embedded.programs import Program, SandboxAsked

_GLANCE = 0.05
#: a busy machine takes its time; a sandbox that dies is noticed at once
_SANDBOX_SECONDS = 300.0
_POSTGRES = "postgres"


class Stack:
    """Starts everything in order and stops it in the opposite one. Use it from the main thread.

    After ``start``, ``settings`` are the settings of the running servers and ``places`` the addresses for people.
    ``programs`` replaces workers, beat and Flower. ``received`` are the paths at which others reach us, by what each is
    called.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sandboxes: Sequence[SandboxAsked] = (),
        programs: Sequence[Program] | None = None,
        received: Mapping[str, str] | None = None,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.settings = settings
        self.places: dict[str, str] = {}
        self._sandboxes = tuple(sandboxes)
        self._programs = programs
        self._received = received or {}
        self._announce = announce
        self._data_dir = ensure_data_dir(settings.data_dir)
        self._ownership = Ownership(self._data_dir)
        self._postgres: EmbeddedPostgres | None = None
        self._redis: EmbeddedRedis | None = None
        self._made: dict[str, str] = {}
        #: for this process alone
        self._owner_url = settings.owner_database_url
        self._supervisor = Supervisor(self._data_dir / "logs", self._environment())

    def start(self) -> None:
        """Start everything; what was started is stopped again when something fails."""
        self._ownership.take()
        try:
            self._start_servers()
            self._start_programs()
        except BaseException:
            self.stop(hurry=lambda: True)
            raise

    def tend(self) -> list[str]:
        """Bring back what died; call it every second or so. Returns the names of what was found dead just now.

        Raises ConfigurationError for a process that ends by itself again and again at its start.
        """
        found = self._supervisor.tend()
        for name, server in (("postgres", self._postgres), ("redis", self._redis)):
            if server is not None and not server.alive():
                server.stop()
                server.start()
                found.append(name)
        return found

    def status(self) -> list[Status]:
        """How each process is."""
        return self._supervisor.status()

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop the clock, then let the workers finish what they began, then the servers; data is kept.

        When ``hurry`` says yes, the workers are killed instead: the ledger gives their work back at the next start.
        """
        running = [status.name for status in self._supervisor.status()]
        self._supervisor.stop([name for name in running if name in {"beat", "flower"}], hurry=hurry)
        self._supervisor.stop([name for name in running if name.startswith("worker-")], hurry=hurry)
        self._supervisor.stop(hurry=hurry)
        if self._redis is not None:
            self._redis.stop()
        if self._postgres is not None:
            self._postgres.stop()
        self._redis = self._postgres = None
        remove_stack_file(self._data_dir)
        self._ownership.give_back()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_servers(self) -> None:
        if not self.settings.master_keys:
            ensure_master_key(self._data_dir)
        if not self.settings.database_url:
            self._announce("Starting PostgreSQL")
            self._postgres = EmbeddedPostgres(postgres_of(self._data_dir))
            if self._postgres.moved:
                self._announce(self._postgres.moved)
            self._made["database_url"] = self._postgres.start()
            self._owner_url = self._postgres.url(user=roles.OWNER)
        if not self.settings.broker_url:
            self._announce("Starting Redis")
            self._redis = EmbeddedRedis(self._data_dir / "redis")
            self._made["broker_url"] = self._redis.start()
        self.settings = self.settings.model_copy(update=self._made)
        self._announce("Bringing the ledger up to date")
        upgrade(
            self._owner_url or self.settings.database_url, login_url=self.settings.database_url, tell=self._announce
        )
        identity.settle(self.settings.database_url)
        self._write_stack_file()

    def _start_programs(self) -> None:
        waiting = {}
        for asked in self._sandboxes:
            port = free_port(asked.port)
            self._announce(f"Starting the {asked.system} sandbox")
            self._supervisor.start(sandbox(asked, port))
            waiting[f"sandbox-{asked.system}"] = port
        for program in self._own_programs() if self._programs is None else self._programs:
            self._supervisor.start(program)
        for name, number in waiting.items():
            self._wait_for(name, number)
            self.places[name] = f"http://127.0.0.1:{number}"
        self._write_stack_file()

    def _own_programs(self) -> list[Program]:
        self._announce("Starting workers, beat, Flower and the console")
        port = free_port(self.settings.flower_port)
        self.places["flower"] = f"http://127.0.0.1:{port}"
        ports = self.settings.worker_metrics_port
        workers = [worker(queue, self.settings.worker_concurrency, metrics_from=ports) for queue in QUEUES]
        return [*workers, beat(), flower(ensure_flower_password(self.settings), "127.0.0.1", port), self._console()]

    def _console(self) -> Program:
        port = free_port(self.settings.console_port)
        self.places["console"] = f"http://127.0.0.1:{port}"
        self.places |= {name: f"http://127.0.0.1:{port}{path}" for name, path in self._received.items()}
        return console(port, sees=frozenset().union(*map(_named, self.settings.applications.values())))

    def _write_stack_file(self) -> None:
        write_stack_file(self._data_dir, LocalStack(pid=os.getpid(), settings=self._made, places=self.places))

    def _wait_for(self, name: str, port: int) -> None:
        deadline = time.monotonic() + _SANDBOX_SECONDS
        while not _answers(port):
            status = next(status for status in self._supervisor.status() if status.name == name)
            if not status.running or time.monotonic() > deadline:
                raise ConfigurationError(f"The {name} did not start: {status.last_words} Its log is {status.log}.")
            time.sleep(_GLANCE)

    def _environment(self) -> dict[str, str]:
        # The servers' addresses travel through the data directory, not through environments that others may see.
        here = str(Path(connector.__file__).parent.parent)
        paths = [here, *filter(None, [os.environ.get("PYTHONPATH", "")])]
        return {
            **os.environ,
            f"{PREFIX}DATA_DIR": str(self._data_dir),
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONUNBUFFERED": "1",
        }


def serve(stack: Stack, farewell: Farewell, on_death: Callable[[str], None] = lambda _: None) -> None:
    """Tend a started stack until somebody asks to stop; then stop it, as when it turns out that it cannot run."""
    try:
        while not farewell.asked.wait(0.5):
            for name in stack.tend():
                on_death(name)
    except BaseException:
        stack.stop(hurry=lambda: True)
        raise
    stack.stop(hurry=lambda: farewell.hurry)


def postgres_of(data_dir: Path) -> Path:
    """Where the PostgreSQL of a stack on this data directory lives."""
    return data_dir / _POSTGRES


def forget_data(data_dir: Path) -> None:
    """Remove a data directory and what was moved out of it; raises ConfigurationError while a stack runs on it."""
    if not data_dir.exists():
        return
    ownership = Ownership(data_dir)
    ownership.take()
    try:
        for directory in (places.elsewhere_for(postgres_of(data_dir)), data_dir):
            shutil.rmtree(directory, ignore_errors=True)
    finally:
        ownership.give_back()


def _named(application: str) -> frozenset[str]:
    """The variables that a file of an application of ours refers to."""
    with contextlib.suppress(OSError, ValueError):  # the console itself says what is wrong with it
        return frozenset(re.findall(r"\benv:(\w+)", Path(application).expanduser().read_text()))
    return frozenset()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
