"""Ends whole process groups when the process that started them was killed.

A parent's death is told to its own children only: what those forked would live on, and a Celery worker whose Redis went
away with us would wait for it for ever. The reaper is a small process that reads from a pipe which groups there are;
the end of the pipe without a farewell means that its owner was killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

#: what the processes had their own signal for, they do in this time
_GRACE_SECONDS = 3.0
_FAREWELL = "farewell"


class OrphanReaper:
    """The owner's side of the pipe."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process: subprocess.Popen[str] | None = None

    def watch(self, group: int) -> None:
        """This group must not outlive us."""
        self._groups.add(group)
        if self._process is None or self._process.poll() is not None:
            self._start()
        else:
            self._say(f"+{group}")

    def forget(self, group: int) -> None:
        """This group has ended, and its number may be given to others."""
        self._groups.discard(group)
        self._say(f"-{group}")

    def dismiss(self) -> None:
        """Everything ended in order."""
        self._say(_FAREWELL)
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.communicate()
            self._process = None

    def _start(self) -> None:
        self.dismiss()
        self._process = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, "-I", "-S", str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            process_group=0,  # what ends our group must not end the reaper
        )
        for group in self._groups:
            self._say(f"+{group}")

    def _say(self, word: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(f"{word}\n")
                self._process.stdin.flush()


def main() -> None:
    """Read until the pipe ends; then end what is left."""
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word == _FAREWELL:
            return
        (groups.add if word[0] == "+" else groups.discard)(int(word[1:]))
    time.sleep(_GRACE_SECONDS)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
