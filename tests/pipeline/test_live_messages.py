"""Whoever can write to the queues sends tasks of ours with ids they were not made for, in any order, many times."""

from __future__ import annotations

import contextlib
import itertools
import logging
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from celery.exceptions import Retry

from connector.domain.errors import Unanswered
from connector.domain.identity import new_id
from tasks import confirm, extract, keep, load, poll
from tasks import map as mapping
from tasks.process_state import PROCESS
from tests.pipeline.doubles import FakeAcknowledgingSource
from tests.pipeline.parts import CLAIMS, ORDER

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

TASKS = {"poll": poll.run, "extract": extract.run, "map": mapping.run, "load": load.run, "confirm": confirm.run}
#: what must not move by it, whatever else does
KEPT = """
SELECT r.source_key, r.version, r.state, r.tries, r.crashes, r.target_id,
       (SELECT count(*) FROM attempts a WHERE a.record_id = r.id) AS attempts
FROM records r ORDER BY 1, 2
"""


@pytest.fixture
def attacked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench.source = FakeAcknowledgingSource()
    monkeypatch.setattr(PROCESS, "_world", bench.world)
    monkeypatch.setattr(PROCESS, "_chores", None)
    return bench


def send(name: str, identifier: object) -> None:
    with contextlib.suppress(Retry):
        TASKS[name](str(identifier))


def ids(bench: Bench) -> list[UUID]:
    """Of everything there is, and of nothing."""
    tables = ("records", "runs", "pieces", "documents", "flows", "integrations", "connections", "attempts", "workers")
    known = [row.id for table in tables for row in bench.rows(f"SELECT id FROM {table}")]  # noqa: S608  names of tables
    return [*known, new_id(), UUID(int=0), UUID(int=1), UUID(int=2**128 - 1)]


def test_no_message_moves_what_is_not_due_and_none_is_sent_twice(
    attacked: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench = attacked
    bench.target.after = [Unanswered("The target did not answer.")]
    bench.read({"part": "in doubt"})
    bench.work(rounds=2)
    bench.read({"part": "gated", "order": "o1"}, {"part": "parked", "unit": "EA"}, {"part": "done"})
    bench.read({"part": "claimed"}, flow=CLAIMS)
    bench.work(rounds=3)
    bench.read({"part": "o9"}, flow=ORDER)
    bench.execute("UPDATE records SET due_at = now() + interval '1 hour' WHERE due_at IS NOT NULL")
    bench.execute("UPDATE runs SET due_at = now() + interval '1 hour' WHERE status = 'queued'")
    before, writes = bench.rows(KEPT), list(bench.target.writes)
    assert {"extracted", "mapped", "done"} <= {row.state for row in before}
    caplog.set_level(logging.INFO)

    every = ids(bench)
    for _ in range(2):
        for name, identifier in itertools.product(TASKS, every):
            send(name, identifier)
    assert bench.rows(KEPT) == before
    assert bench.target.writes == writes
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    assert len(caplog.records) <= 2 * len(TASKS) * len(every), "a line for each message at most"


def test_what_is_due_is_done_once_however_often_and_by_whatever_it_is_asked_for(attacked: Bench) -> None:
    bench = attacked
    bench.read({"part": "p1"}, {"part": "p2"})
    bench.read({"part": "o1"}, flow=ORDER)
    for _ in range(4):
        for name, identifier in itertools.product(reversed(TASKS), ids(bench)):
            send(name, identifier)
    assert sorted(bench.target.writes) == ["o1", "p1", "p2"]
    assert set(bench.records().values()) == {"done"}


def test_housekeeping_that_is_asked_for_again_and_again_seals_nothing_twice(attacked: Bench) -> None:
    attacked.read({"part": "p1"})
    for _ in range(5):
        keep.run()
    seals = attacked.rows("SELECT upto_id FROM audit_seals")
    assert len({row.upto_id for row in seals}) == len(seals)
