"""``python -m workers.alive``: whether the processes of this host give signs of life, for health checks.

A process that exists may still do nothing; one that writes its heartbeat into the ledger reaches what it needs. With
``--end``, for containers that nobody restarts who are not well: what says nothing for long, though others do, is
killed, so that its container ends.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress
from math import inf
from pathlib import Path

from connector.config import load_settings
from connector.domain.errors import ConnectorError
from connector.domain.harmless import harmless
from connector.store.heard import seconds_ago

#: of what makes a worker dead, and at least so many seconds: a machine may be busy
_LONG = 4
_LEAST_SECONDS = 120
#: process 1 of a container is its init, which has started ours and nothing else; on a machine it has another name
_INIT = 1
_OF_CONTAINERS = {"docker-init", "tini", "catatonit"}


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 when a worker or beat of this host was heard of lately."""
    try:
        settings = load_settings(needs=("database_url",))
        heard = seconds_ago(settings.database_url)
    except ConnectorError as error:
        sys.stderr.write(f"{harmless(error.in_full)}\n")
        return 1
    here = socket.gethostname()
    silent, short = heard.get(here, inf), settings.dead_worker_seconds
    if silent <= short:
        return 0
    sys.stderr.write(f"No worker or beat of {here} gave a sign of life for {short} seconds.\n")
    long = max(_LONG * short, _LEAST_SECONDS)
    # When the ledger has just come back, nobody was heard of yet.
    if "--end" in arguments and silent > long and min(heard.values(), default=inf) <= short:
        if Path(f"/proc/{_INIT}/comm").read_text().strip() not in _OF_CONTAINERS:
            sys.stderr.write("--end is for containers whose first process is an init (`init: true`).\n")
            return 1
        for pid in end(_INIT, long):
            sys.stderr.write(f"Process {pid}, which gave none for {long} seconds, was killed.\n")
    return 1


def end(parent: int, seconds: float) -> list[int]:
    """Kill what a process has started and has run for longer than this; returns which."""
    up = float(Path("/proc/uptime").read_text().split()[0])
    ended = []
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone by now, or not ours
            words = (directory / "stat").read_text().rpartition(")")[2].split()
            began = int(words[19]) / os.sysconf("SC_CLK_TCK")
            if int(words[1]) == parent and up - began > seconds:
                os.kill(int(directory.name), signal.SIGKILL)
                ended.append(int(directory.name))
    return ended


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
