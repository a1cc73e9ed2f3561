"""One owner per server directory, and what a killed owner left behind."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

from connector import files
from connector.domain.errors import ConfigurationError

_GLANCE = 0.05


class Ownership:
    """A lock on a directory that the kernel gives back when its owner dies, however it dies."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "owner.lock"
        self._handle: int | None = None

    def take(self) -> None:
        """Become the owner; raises ConfigurationError when another living process is."""
        handle = files.handle(self._path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
            os.close(handle)
            raise ConfigurationError(
                f"{self._path.parent} is in use by another ml-connector (process {owner}): stop that one first, "
                "or give this one its own ML_CONNECTOR_DATA_DIR."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def give_back(self) -> None:
        """Stop being the owner; harmless when not."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def pid_in(file: Path) -> int | None:
    """Return the process id in the first line of a pid file, or None."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def works_in(pid: int, directory: Path) -> bool:
    """Whether the process lives and has this directory as its own; a reused process id does not."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == directory.resolve()
    except OSError:
        return False


def end_orphan(pid: int, directory: Path, polite: signal.Signals, seconds: float) -> None:
    """Stop a server of this directory whose owner was killed: politely, then not."""
    for number, patience in ((polite, seconds), (signal.SIGKILL, 5.0)):
        if not works_in(pid, directory):
            return
        os.kill(pid, number)
        deadline = time.monotonic() + patience
        while works_in(pid, directory) and time.monotonic() < deadline:
            time.sleep(_GLANCE)


def end(process: subprocess.Popen[bytes], politeness: tuple[tuple[signal.Signals, float], ...]) -> int:
    """Stop our own child: each signal in turn with its patience in seconds, then SIGKILL; returns its exit code."""
    for number, patience in politeness:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
    return process.wait()
