"""A real PostgreSQL 18 from a wheel, for `up`, `demo` and the tests.

It listens on a Unix socket that only its account can reach, never on the network, so it needs no password. The
superuser that initdb makes serves this tool alone: the product logs in as a role that can do what its work needs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from connector import files
from connector.domain.errors import ConfigurationError
from connector.embedded import places, roles
from connector.embedded.ownership import Ownership, end, end_orphan, pid_in, works_in
from connector.embedded.parent_death import dying_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

_DATABASE = "ml_connector"
_GLANCE = 0.03
#: a server that was killed replays its log first, and a busy machine takes its time; one that dies is noticed at once
_START_SECONDS = 300.0
#: SIGINT ends sessions and writes everything down ("fast"), SIGQUIT leaves it to recovery
_POLITENESS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2000",
    "log_parameter_max_length": "0",  # a parameter may be a document
    "log_parameter_max_length_on_error": "0",
    "lc_messages": "C",
}
#: for tests: a crash of the machine may cost the data, nothing else changes
UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A server of one directory; the data stays there when it stops."""

    def __init__(self, directory: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.account = places.unprivileged_account()
        self.home = places.home_for(directory, self.account)
        self.log = self.home / "server.log"
        self._asked = directory
        self._settings = _SETTINGS | dict(settings or {})
        self._ownership = Ownership(self.home)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = self.home
        self._bin = self.home

    @property
    def moved(self) -> str:
        """The sentence that says where the data went, when the asked directory was out of the account's reach."""
        if self.home == self._asked.resolve() or self.account is None:
            return ""
        return (
            f"PostgreSQL does not run as root and its account {self.account.name} cannot reach {self._asked}: "
            f"its data is in {self.home}."
        )

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid if self._process else None

    def start(self) -> str:
        """Start the server and return the product's URL of our database, created when it is the first time."""
        self._ownership.take()
        try:
            self._bin = places.programs_for(self.account)
            self._socket = places.socket_directory_for(self.home, self.account)
            self._clear_remains()
            fresh = self._initialise()
            self._launch()
            if fresh:
                self._create_database()
            roles.settle(self.url(user=roles.SUPERUSER))
        except BaseException:
            self.stop()
            raise
        return self.url()

    def url(self, database: str = _DATABASE, *, user: str = roles.LOGIN) -> str:
        """Return the SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://{user}@/{database}?host={quote(str(self._socket), safe='')}"

    def stop(self) -> None:
        """Stop cleanly and keep the data; harmless when it does not run."""
        if self._process is not None:
            end(self._process, _POLITENESS)
            self._process = None
            if self._socket.parent != self.home:  # a short one of its own, for a data directory with a long path
                with suppress(OSError):
                    self._socket.rmdir()
        self._ownership.give_back()

    def alive(self) -> bool:
        """Whether the server runs."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def _clear_remains(self) -> None:
        """Nobody owns this directory, so a server that still runs in it has lost its owner."""
        pid = pid_in(self._data / "postmaster.pid")
        if pid is None:
            return
        end_orphan(pid, self._data, signal.SIGINT, 30.0)
        if not works_in(pid, self._data):
            # PostgreSQL would refuse to start if an unrelated process had been given this number since.
            with suppress(FileNotFoundError):
                (self._data / "postmaster.pid").unlink()

    def _initialise(self) -> bool:
        if (self._data / "PG_VERSION").exists():
            places.make_private(self._data, self.account)
            return False
        draft = self.home / f"data.new-{os.getpid()}"  # renamed when complete: a killed initdb leaves no half database
        places.make_private(draft, self.account)
        options = [f"--username={roles.SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        if self._settings.get("fsync") == "off":
            options.append("--no-sync")
        self._run("initdb", [*options, "-D", str(draft)])
        draft.rename(self._data)
        return True

    def _launch(self) -> None:
        settings = self._settings | {"unix_socket_directories": str(self._socket)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with os.fdopen(files.append(self.log), "ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own command line
                self._as_account([str(self._bin / "postgres"), "-D", str(self._data), *options]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_ENVIRONMENT,
                process_group=0,  # Ctrl-C in the terminal is for us, who stop the servers in order
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ConfigurationError(
                    f"PostgreSQL did not start in {self.home}: {_last_words(self.log)} Its log is {self.log}."
                )
            time.sleep(_GLANCE)

    def _ready(self) -> bool:
        with suppress(OSError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return bool(lines) and lines[0] == str(self.pid) and lines[-1].strip() == "ready"
        return False

    def _create_database(self) -> None:
        self._run("createdb", ["--host", str(self._socket), f"--username={roles.SUPERUSER}", _DATABASE])

    def _run(self, program: str, arguments: Sequence[str]) -> None:
        command = self._as_account([str(self._bin / program), *arguments])
        done = subprocess.run(  # noqa: S603 our own command line
            command, check=False, capture_output=True, text=True, cwd="/", env=_ENVIRONMENT, process_group=0
        )
        if done.returncode:
            words = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise ConfigurationError(f"PostgreSQL's {program} failed for {self.home}: {words}")

    def _as_account(self, command: Sequence[str]) -> list[str]:
        account = (self.account.uid, self.account.gid) if self.account else None
        return dying_with_parent(command, on_orphaned=signal.SIGINT, account=account)


#: nothing of ours: PGDATA, PGHOST or a locale the machine does not have would change what starts
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _last_words(log: Path) -> str:
    with suppress(OSError):
        lines = log.read_text(errors="replace").strip().splitlines()
        telling = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines
        if telling:
            return telling[-1].strip() + "."
    return "it said nothing."
