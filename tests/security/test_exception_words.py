"""A mistake of ours over a document quotes the document; nobody gets to see the quotation."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
import structlog
from celery.exceptions import Retry

from connector.domain.errors import SourceLies
from connector.domain.identity import new_id
from connector.observability import configure_logging
from connector.pipeline.tally import Tally
from connector.store.schema import tables
from tasks.poll import run as poll_task
from tasks.process_state import PROCESS
from tasks.running import Dead, MistakeOfOurs, Work, busy, task_result
from tests.pipeline.conftest import Bench
from tests.pipeline.parts import FLOWS, PART, a_flow
from tests.store.scene import BURIED, RETRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CANARY = "Zqcanary"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root, out = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    configure_logging("debug", "json", out)
    yield out
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    made = Bench(database_url)
    yield made
    made.ledger.close()


def quoting(payload: Mapping[str, Any], *_: object) -> Any:
    try:
        return {}[payload["name"]]
    except KeyError as error:
        raise ValueError(f"what is {payload['name']!r}?") from error


def everything_about(bench: Bench) -> str:
    there = (tables.dead_letters, tables.audit_events, tables.records, tables.runs, tables.attempts)
    with bench.ledger.begin() as connection:
        kept = [connection.execute(sa.select(table)).all() for table in there]
    return repr(kept)


@pytest.mark.parametrize("step", ["map", "load", "poll"])
def test_what_an_exception_says_is_in_no_log_and_in_no_row(bench: Bench, log: io.StringIO, step: str) -> None:
    document = {"part": "p1", "name": CANARY}
    if step == "map":
        flow = replace(a_flow(PART), parse=quoting)
        bench.world = replace(bench.world, flow=lambda name: flow if name == PART else FLOWS[name])
    if step == "load":
        bench.target.before = [ValueError(f"cannot write {CANARY}")]
    if step == "poll":
        bench.source.fails_at = {1: ValueError(f"cannot read {CANARY}")}
    bench.read(document)
    bench.work()

    written = log.getvalue()
    assert f"{step}.failed" in written
    assert "builtins.ValueError" in written
    assert "in quoting" in written or step != "map", "it says where"
    assert CANARY not in written
    assert CANARY not in everything_about(bench)


def test_what_a_task_raises_says_no_more_than_what_kind_of_mistake_it_was(log: io.StringIO) -> None:
    with pytest.raises(MistakeOfOurs) as caught, busy("record", [str(new_id())]):
        quoting({"name": CANARY})
    assert repr(caught.value) == "MistakeOfOurs('ValueError')"
    assert caught.value.__suppress_context__
    assert "task.failed" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_other_programs_still_say_what_is_wrong(log: io.StringIO) -> None:
    logging.getLogger("celery.worker").error("lost", exc_info=OSError("the broker is away"))
    assert "the broker is away" in log.getvalue()


def test_a_reason_that_quotes_a_system_is_not_told_to_flower() -> None:
    for change, shown in ((RETRY, Retry), (BURIED, Dead)):
        with pytest.raises(shown) as raised:
            task_result(Work([]), Tally.of([replace(change, why="QAD said \x1b[2J\r\nok")]))
        assert "QAD" not in f"{raised.value!r}{raised.value}{getattr(raised.value, 'exc', '')!r}"


def test_how_a_run_ended_is_told_to_flower_without_its_words(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROCESS, "_world", bench.world)
    monkeypatch.setattr(PROCESS, "_turned_at", None)
    bench.source.batches = [[{"part": "p1"}]]
    bench.source.fails_at = {1: SourceLies("QAD said \x1b[2J\r\nok")}
    assert poll_task.run(str(bench.run())).endswith(" remark")
