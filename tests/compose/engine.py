"""A container engine for one run: the one that DOCKER_HOST names, or one that is started and ended here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.compose.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def engine(directory: Path) -> Iterator[str]:
    """The address of an engine that answers."""
    if given := os.environ.get("DOCKER_HOST"):
        yield given
        return
    home = directory / "engine"
    home.mkdir()
    host = f"unix://{home}/socket"
    places = {"--data-root": home / "data", "--exec-root": home / "exec", "--pidfile": home / "pid"}
    # networks of Compose alone, so that it leaves none and is in the way of no other engine; Ctrl-C is ours to hear
    command = ["dockerd", "-H", host, "--bridge", "none", *(str(word) for pair in places.items() for word in pair)]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True) as daemon,
    ):
        try:
            until(lambda: _answers(host) or daemon.poll() is not None, "the engine answers")
            if daemon.poll() is not None:
                raise RuntimeError(f"dockerd ended: {(home / 'log').read_text()[-500:]}")
            yield host
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(60)
            _unmount(home)
            shutil.rmtree(home, ignore_errors=True)


def _unmount(home: Path) -> None:
    """It leaves some that nobody needs."""
    places = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for place in reversed([one for one in places if one.startswith(f"{home}/")]):
        subprocess.run(["umount", place], check=False)


def _answers(host: str) -> bool:
    return not subprocess.run(["docker", "-H", host, "info"], capture_output=True, check=False).returncode
