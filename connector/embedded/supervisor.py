"""Starts processes, brings back those that die, and ends them in order.

Call it from one thread that lives as long as the supervisor: the kernel ties the children to the thread that made them.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import files
from connector.domain.errors import ConfigurationError
from connector.embedded.environments import seen_by
from connector.embedded.orphan_reaper import OrphanReaper
from connector.embedded.parent_death import dying_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from connector.embedded.programs import Program

_log = logging.getLogger(__name__)

STARTED = "process.started"
DIED = "process.died"
STOPPED = "process.stopped"
KILLED = "process.killed"

_GLANCE = 0.05
_LONGEST_LOG = 20_000_000
#: a process that lived so long had a good start; the next one begins at once again
_GOOD_LIFE = 60.0
_FIRST_DELAY = 1.0
_LONGEST_DELAY = 30.0
#: a process that ended by itself so often in a row, and never had a good start, will not have one
_MOST_BAD_STARTS = 3
#: what our programs end with when a person has to correct something: the next start would end the same way
_MISTAKE = 2
_TIMES = {1: "", 2: "twice ", _MOST_BAD_STARTS: f"{_MOST_BAD_STARTS} times in a row "}
_LONGEST_WORDS = 500


@dataclass(frozen=True, kw_only=True)
class Status:
    """One process of the stack, as a person wants to see it."""

    name: str
    pid: int | None
    running: bool
    seconds: float
    restarts: int
    log: str
    last_words: str


class _Child:
    """A program and its present process."""

    def __init__(self, program: Program, log: Path, environment: Mapping[str, str], reaper: OrphanReaper) -> None:
        self.program = program
        self._reaper = reaper
        self.log = log
        self.restarts = 0
        self.since = 0.0
        self.start_at = 0.0
        self._environment = seen_by(program, environment)
        self._delay = _FIRST_DELAY
        #: ends by itself since the last good start; None once there was one
        self._bad_starts: int | None = 0
        self._mistaken = False
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > _LONGEST_LOG:
                self.log.replace(self.log.with_suffix(".log.1"))
        with os.fdopen(files.append(self.log), "ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the table of programs, without a shell
                dying_with_parent(self.program.command, on_orphaned=self.program.on_orphaned),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self._environment),
                process_group=0,  # Ctrl-C in the terminal is for the supervisor, who ends the processes in order
            )
        self._reaper.watch(self.process.pid)
        self.since = time.monotonic()
        _log.info(STARTED, extra={"program": self.program.name, "pid": self.process.pid})

    def bury(self) -> None:
        """It died by itself: clear away what it forked, and choose when the next one starts."""
        if self.process is None:
            return
        lived = time.monotonic() - self.since
        _log.warning(DIED, extra={"program": self.program.name, "exit": self.process.returncode, "lived": round(lived)})
        if lived > _GOOD_LIFE:
            self._bad_starts = None
        elif self._bad_starts is not None:
            self._bad_starts = self._bad_starts + 1 if self.process.returncode > 0 else 0
            self._mistaken = self.process.returncode == _MISTAKE
        self.sweep()
        self.process = None
        self._delay = _FIRST_DELAY if lived > _GOOD_LIFE else min(self._delay * 2, _LONGEST_DELAY)
        self.start_at = time.monotonic() + (0.0 if lived > _GOOD_LIFE else self._delay / 2)
        self.restarts += 1

    def give_up(self) -> None:
        """Raises ConfigurationError when it never starts, with its own last sentence."""
        if self._bad_starts and (self._mistaken or self._bad_starts == _MOST_BAD_STARTS):
            words = _last_line(self.log)[:_LONGEST_WORDS] or "it said nothing"
            raise ConfigurationError(
                f"{self.program.name} ended {_TIMES[self._bad_starts]}right after its start: "
                f"{words.removesuffix('.')}. Correct that and start again; `ml-connector doctor` looks at this "
                f"machine, and the log is {self.log}."
            )

    def sweep(self) -> None:
        """Kill what is left of its process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self._reaper.forget(self.process.pid)

    def status(self) -> Status:
        return Status(
            name=self.program.name,
            pid=self.process.pid if self.process is not None and self.running else None,
            running=self.running,
            seconds=round(time.monotonic() - self.since, 1),
            restarts=self.restarts,
            log=str(self.log),
            last_words="" if self.running else _last_line(self.log),
        )


class Supervisor:
    """The processes of a stack. ``tend`` must be called every second or so."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        files.directory(logs)
        self._logs = logs
        self._environment = environment
        self._reaper = OrphanReaper()
        self._children: dict[str, _Child] = {}

    def start(self, program: Program) -> None:
        """Start a program; it is brought back when it dies, until it is stopped."""
        child = _Child(program, self._logs / f"{program.name}.log", self._environment, self._reaper)
        self._children[program.name] = child
        child.start()

    def tend(self) -> list[str]:
        """Bring back what died; returns the names of those that were found dead just now.

        Raises ConfigurationError with the last sentence of one that ends by itself again and again at its start.
        """
        found = []
        for name, child in self._children.items():
            if child.process is not None and not child.running:
                child.bury()
                child.give_up()
                found.append(name)
            if child.process is None and time.monotonic() >= child.start_at:
                child.start()
        return found

    def status(self) -> list[Status]:
        """How each process is."""
        return [child.status() for child in self._children.values()]

    def stop(self, names: Iterable[str] | None = None, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """End these processes (all when not named): SIGTERM together, their patience, then SIGKILL for the group.

        ``hurry`` is asked all the time; when it says yes, patience ends.
        """
        chosen = [self._children.pop(name) for name in (tuple(self._children) if names is None else tuple(names))]
        for child in chosen:
            if child.process is not None and child.running:
                child.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        for child in chosen:
            while child.running and time.monotonic() - began < child.program.patience and not hurry():
                time.sleep(_GLANCE)
            _log.info(KILLED if child.running else STOPPED, extra={"program": child.program.name})
            child.sweep()
        if not self._children:
            self._reaper.dismiss()


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return _sentence(lines[-1].strip()) if lines else ""


def _sentence(line: str) -> str:
    """What a line of JSON says of an error, else the line itself."""
    try:
        said = json.loads(line)["error"]
    except (ValueError, TypeError, KeyError):
        return line
    return str(said)
