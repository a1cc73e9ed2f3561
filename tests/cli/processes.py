"""Commands as processes of their own, with a person at their terminal or nobody."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def typed(*words: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own, which is gone afterwards whatever happens."""
    command = [sys.executable, "-m", "workers.command", *words]
    with subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def somebody_types(answer: bytes) -> Iterator[int]:
    """A terminal with a person at it who answers the first question; where a command reads from."""
    master, slave = pty.openpty()
    try:
        os.write(master, answer)
        yield slave
    finally:
        os.close(master)
        os.close(slave)
