"""Where logs are JSON, everything that a process says is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from connector.config import PREFIX
from connector.vault import new_key

#: what ends before anything is contacted
NOTHING_THERE = {"DATABASE_URL": "postgresql://x@127.0.0.1:9/z", "BROKER_URL": "redis://127.0.0.1:9/0"}
#: a worker as far as its banner, which ends by a mistake of ours after a warning of somebody else's
BANNER = """
import sys, warnings
from billiard.util import error
from celery.apps import worker as celerys
from workers.app import app
worker = celerys.Worker(app=app, concurrency=1, pool="solo")
print("quiet" if worker.quiet else "banner")
celerys.safe_say("worker: Warm shutdown (MainProcess)")
error("Process %r exited", "ForkPoolWorker-1")
warnings.warn("of a library", RuntimeWarning)
raise LookupError("a mistake of ours")
"""


def lines_of(command: list[str], **given: str) -> tuple[int, list[str]]:
    told = {f"{PREFIX}{name}": value for name, value in {"LOG_FORMAT": "json", **given}.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, *command], env=kept | told, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def events(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_a_process_that_cannot_start_says_why_in_a_line() -> None:
    code, lines = lines_of(["-m", "workers.console"], SILENT_QUEUE_SECONDS="soon")
    assert code == 2
    (said,) = events(lines)
    assert (said["event"], said["level"]) == ("process.cannot_start", "critical")
    assert "ML_CONNECTOR_SILENT_QUEUE_SECONDS" in said["error"]


def test_a_migration_says_in_a_line_what_came_of_it() -> None:
    code, lines = lines_of(["-m", "workers.command", "db", "upgrade"], **NOTHING_THERE)
    assert code == 1
    (said,) = events(lines)
    assert said["event"] == "ledger.not_upgraded"
    assert "Asked at 127.0.0.1:9: it refuses connections." in said["error"]


def test_a_worker_among_machines_has_no_banner_and_what_ends_it_is_a_line() -> None:
    code, (quiet, *lines) = lines_of(["-c", BANNER], **NOTHING_THERE, MASTER_KEYS=new_key())
    said = events(lines)
    assert (code, quiet) == (1, "quiet")
    assert {"py.warnings", "connector.observability"} <= {one["logger"] for one in said}
    assert {"worker: Warm shutdown (MainProcess)", "Process 'ForkPoolWorker-1' exited"} <= {
        one["event"] for one in said
    }
    assert said[-1]["event"] == "process.ended_by_an_error"
    assert "LookupError" in said[-1]["exception"]
