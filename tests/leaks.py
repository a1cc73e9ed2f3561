"""Whoever leaves something behind is found: connections, processes, ports, threads, directories.

A plugin of its own, so that a test can try it on tests that leak (`tests/test_leaks.py`).
"""

from __future__ import annotations

import gc
import os
import secrets
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

#: directories of a test process begin with this; one of before that was killed may have had the same number
PREFIX = f"mlc-{os.getpid()}{secrets.token_hex(2)}-"
_LISTENING = "0A"
_PLACES = (Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108 - it is only looked at
#: what is being closed may need a moment on a busy machine; what was forgotten stays
_LONGEST_FAREWELL = 60.0
#: what a test that failed did not come to close stays in any case, and nobody waits long for that
_OF_A_FAILURE = 2.0
_failed = threading.Event()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Know whether the test failed that is being cleared away."""
    report = yield
    if call.when == "call" and report.failed:
        _failed.set()
    elif call.when == "teardown":
        _failed.clear()
    return report


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """The first fixture of a test process, and so the last one to end."""
    threads = set(threading.enumerate())

    def here() -> list[str]:
        new = (thread.name for thread in threading.enumerate() if thread not in threads)
        return [*_children(), *_ports(), *(f"thread {name}" for name in new), *_directories()]

    yield
    if remains := left(here):
        pytest.fail("The tests of this process left something behind:\n" + "\n".join(remains), pytrace=False)


@pytest.fixture(scope="module", autouse=True)
def everything_is_closed() -> Iterator[None]:
    """What nobody closed complains when it is collected: here, and not in a test of another file.

    What is still needed then is needed until the end, and not looked at again.
    """
    yield
    gc.collect()
    gc.freeze()


def left(remains: Callable[[], Iterable[str]]) -> list[str]:
    """Return what is still there although it had time to go."""
    deadline = time.monotonic() + (min(_OF_A_FAILURE, _LONGEST_FAREWELL) if _failed.is_set() else _LONGEST_FAREWELL)
    while (found := list(remains())) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def _children() -> Iterator[str]:
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has ended meanwhile
            for pid in (task / "children").read_text().split():
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield f"process {pid}: {command.strip() or 'ended, and nobody waited for it'}"


def _ports() -> Iterator[str]:
    sockets = set()
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            sockets.add(file.readlink().name)
    for table in (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6")):
        if table.exists():
            for line in table.read_text().splitlines()[1:]:
                _, local, _, state, *_, inode = line.split()[:10]
                if state == _LISTENING and f"socket:[{inode}]" in sockets:
                    yield f"port {int(local.rpartition(':')[2], 16)}"


def _directories() -> Iterator[str]:
    for place in _PLACES:
        yield from (f"directory {directory}" for directory in place.glob(f"{PREFIX}*"))
