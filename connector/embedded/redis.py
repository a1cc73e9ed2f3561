"""A real Redis from a wheel, for `up`, `demo` and the tests: append-only, no eviction, loopback with a password."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import redis

from connector import files
from connector.domain.errors import ConfigurationError
from connector.embedded import redis_programs
from connector.embedded.ownership import Ownership, end, end_orphan, pid_in
from connector.embedded.parent_death import dying_with_parent
from connector.embedded.places import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_GLANCE = 0.03
#: a busy machine takes its time; a server that dies is noticed at once
_START_SECONDS = 300.0
_POLITENESS = ((signal.SIGTERM, 20.0),)
#: the free port may be taken by somebody else before Redis binds it
_TRIES = 5


#: what the password is good for: queues and events of ours, asking for figures, emptying; not the server itself, no
#: scripts, no other keys. Compose's Redis has the same (tools/make_secrets.py)
RIGHTS = "~ml-connector:* &* +@all -@admin -@dangerous -@scripting +info +flushall +flushdb"
#: of a value: what is longer is refused before it is stored
LONGEST = "1mb"


class EmbeddedRedis:
    """A server of one directory; what was appended stays there when it stops."""

    def __init__(self, directory: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.home = files.directory(directory).resolve()
        self.log = self.home / "server.log"
        self._settings = dict(settings or {})
        self._ownership = Ownership(self.home)
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid if self._process else None

    def start(self) -> str:
        """Start the server on a free loopback port and return its URL, password included."""
        self._ownership.take()
        try:
            orphan = pid_in(self.home / "redis.pid")
            if orphan is not None:
                end_orphan(orphan, self.home, signal.SIGTERM, 20.0)
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self.url()

    def url(self) -> str:
        """Return the URL of the running server."""
        return f"redis://:{self._password()}@127.0.0.1:{self._port}/0"

    def stop(self) -> None:
        """Stop cleanly and keep the data; harmless when it does not run."""
        if self._process is not None:
            end(self._process, _POLITENESS)
            self._process = None
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

    def _password(self) -> str:
        file = self.home / "password"
        files.make_once(file, secrets.token_urlsafe(24))
        return files.read(file)

    def _configuration(self) -> Path:
        lines = {
            "bind": "127.0.0.1",
            "port": str(self._port),
            "dir": f'"{self.home}"',
            "pidfile": f'"{self.home / "redis.pid"}"',
            "requirepass": self._password(),
            "user": f"default on >{self._password()} {RIGHTS}",
            "proto-max-bulk-len": LONGEST,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": '""',
            "daemonize": "no",
            **self._settings,
        }
        file = self.home / "redis.conf"
        # A file, because a password in a command line can be read by everybody.
        files.write(file, "".join(f"{name} {value}\n" for name, value in lines.items()))
        return file

    def _launch(self) -> None:
        if not any(self._try_a_port() for _ in range(_TRIES)):
            raise ConfigurationError(
                f"Redis did not start in {self.home}: {_last_words(self.log)} Its log is {self.log}."
            )

    def _try_a_port(self) -> bool:
        self._port = free_port(self._port)  # the same as before, when it was restarted: others know it
        with os.fdopen(files.append(self.log), "ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own command line
                dying_with_parent(
                    [str(redis_programs.server()), str(self._configuration())], on_orphaned=signal.SIGTERM
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                process_group=0,  # Ctrl-C in the terminal is for us, who stop the servers in order
            )
        deadline = time.monotonic() + _START_SECONDS
        with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
            while self._process.poll() is None and time.monotonic() < deadline:
                with suppress(redis.exceptions.RedisError):  # refused, or still loading its file
                    if client.ping():
                        return True
                time.sleep(_GLANCE)
        end(self._process, _POLITENESS)
        return False


def _last_words(log: Path) -> str:
    with suppress(OSError):
        lines = log.read_text(errors="replace").strip().splitlines()
        telling = [line for line in lines if "# " in line] or lines
        if telling:
            return telling[-1].strip() + "."
    return "it said nothing."
