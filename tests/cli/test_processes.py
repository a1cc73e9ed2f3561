"""What only shows when the command is a process of its own: kill, Ctrl-C, a reader that goes away."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.audit import GENESIS, Event
from connector.domain.identity import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

COMMAND = [sys.executable, "-c", "from workers.cli import main; main()"]
PATIENCE_SECONDS = 60


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.002)


def bury_many(scene: Scene, count: int) -> None:
    """Make many dead letters at once, as a day without a target would."""
    ids = [new_id() for _ in range(count)]
    at = scene.ask("SELECT now() AS now")[0].now
    events = [Event(subject=str(i), name="record.dead", actor="test", at=at) for i in ids]
    with scene.ledger.begin() as connection:
        connection.execute(
            sa.text("""
            WITH given AS (
                SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:heads AS bytea[])) WITH ORDINALITY AS g (id, head, n)),
            documents AS (
                INSERT INTO documents (id, flow_id, source_key, version, fingerprint)
                SELECT id, :flow, 'K' || n, 1, 'x' FROM given),
            records AS (
                INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state,
                                     correlation_id, source_payload, audit_head, finished_at)
                SELECT id, id, :flow, :integration, 'K' || n, 1, 'dead', 'c', 'x', head, now() FROM given),
            letters AS (
                INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
                SELECT id, id, :flow, 'refused', 'no', 'ask' FROM given)
            INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
            SELECT CAST(id AS text), 'record.dead', 'test', :at, '{}', head, :genesis FROM given
            """),
            {
                "ids": ids,
                "heads": [event.hash_after(GENESIS) for event in events],
                "flow": scene.invoices,
                "integration": scene.integration_id,
                "at": at,
                "genesis": GENESIS,
            },
        )


def open_letters(scene: Scene) -> int:
    count: int = scene.ask("SELECT count(*) AS n FROM dead_letters WHERE resolved_at IS NULL")[0].n
    return count


def test_a_requeue_killed_midway_loses_nothing_and_does_nothing_twice(terminal: Terminal, scene: Scene) -> None:
    bury_many(scene, 6000)

    with subprocess.Popen([*COMMAND, "dead", "requeue", "--all"], stderr=subprocess.DEVNULL) as requeue:
        wait_until(lambda: open_letters(scene) < 6000)
        requeue.kill()
    left = open_letters(scene)
    rest = terminal.json("dead", "requeue", "--all")

    assert 0 < left < 6000
    assert rest == {"meant": left, "requeued": left, "refused": []}
    assert scene.ask("SELECT count(*) AS n FROM records WHERE state = 'extracted'")[0].n == 6000
    assert scene.ask("SELECT count(*) AS n FROM audit_events WHERE name = 'operator.requeued'")[0].n == 6000
    assert terminal.json("audit", "verify")["ok"]


def test_ctrl_c_stops_a_requeue_and_says_how_far_it_came(terminal: Terminal, scene: Scene) -> None:
    bury_many(scene, 6000)

    with subprocess.Popen([*COMMAND, "dead", "requeue", "--all"], stderr=subprocess.PIPE, text=True) as requeue:
        wait_until(lambda: open_letters(scene) < 6000)
        requeue.send_signal(signal.SIGINT)
        _, said = requeue.communicate(timeout=PATIENCE_SECONDS)

    assert requeue.returncode == 130
    assert "Stopped after" in said
    assert "Traceback" not in said


def test_a_reader_that_goes_away_gets_no_traceback(acme: Terminal) -> None:
    shell = f"{sys.executable} -c 'from workers.cli import main; main()' audit export | head -c 20"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)

    assert done.stderr == ""
    assert len(done.stdout) == 20


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
        _, complaints = sandbox.communicate(timeout=PATIENCE_SECONDS)

    assert json.loads(said)["url"].startswith("http://127.0.0.1:")
    assert "Traceback" not in complaints
