"""What only shows when the command is a process of its own: a reader that goes away, being told to stop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal

COMMAND = [sys.executable, "-m", "workers.command"]


def test_a_reader_that_goes_away_gets_no_traceback(acme: Terminal) -> None:
    shell = f"{sys.executable} -m workers.command audit export | head -c 20"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=HANG_SECONDS, check=False)

    assert done.stderr == ""
    assert len(done.stdout) == 20


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_signs_that_a_terminal_has_not_are_shown_by_their_numbers(
    acme: Terminal, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    acme("crosswalk", "set", "payment_terms", "\u5317\u4eac", "30")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    asked = [*COMMAND, "crosswalk", "list", *options]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u5317\\u4eac" in done.stdout


def test_a_sandbox_says_where_it_is_and_stops_when_told(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # or it would say everything at once anyway
    with subprocess.Popen(
        [*COMMAND, "sandbox", "qad", "--documents", "1", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as sandbox:
        assert sandbox.stdout is not None
        said = "".join(sandbox.stdout.readline() for _ in range(4))
        sandbox.send_signal(signal.SIGINT)
        _, complaints = sandbox.communicate(timeout=HANG_SECONDS)

    assert json.loads(said)["url"].startswith("http://127.0.0.1:")
    assert "Traceback" not in complaints


def test_tables_are_made_by_a_process_that_has_the_database_and_nothing_else(
    terminal: Terminal, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", empty_database_url)
    for name in ("BROKER_URL", "MASTER_KEYS"):
        monkeypatch.delenv(f"ML_CONNECTOR_{name}")

    assert terminal.json("db", "upgrade")["after"]
