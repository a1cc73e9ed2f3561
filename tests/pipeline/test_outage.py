"""A target that is away for a minute: with the ledger's time moved by hand, so that the minute takes no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import Unavailable
from connector.store.connection.state import OPENS_AT

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

DOCUMENTS = 60
STEP = 5


def time_passes(bench: Bench, seconds: int) -> None:
    bench.execute("UPDATE connections SET paused_until = paused_until - make_interval(secs => :s)", s=seconds)
    bench.execute("UPDATE records SET due_at = due_at - make_interval(secs => :s)", s=seconds)


def test_a_minute_without_the_target_costs_what_opened_the_breaker_and_three_probes(bench: Bench) -> None:
    bench.target.before = [Unavailable("503")] * 1000
    bench.read(*({"part": f"p{number}"} for number in range(DOCUMENTS)))
    for _ in range(60 // STEP):
        bench.work()
        time_passes(bench, STEP)

    failed = 1000 - len(bench.target.before)
    # It is paused for 10, 20 and 40 seconds, and one request asks after each.
    assert OPENS_AT + 2 <= failed <= OPENS_AT + 3
    waiting = bench.rows("SELECT state, hold, tries, why FROM records")
    assert {record.state for record in waiting} == {"mapped"}
    assert sum(record.tries for record in waiting) == failed
    assert [record.hold for record in waiting].count("connection") >= DOCUMENTS - failed
    assert {record.why for record in waiting if record.hold == "retry"} == {"503"}

    bench.target.before.clear()
    for _ in range(10):
        time_passes(bench, 60)
        bench.work()
    assert set(bench.records().values()) == {"done"}
    assert len(bench.target.writes) == DOCUMENTS
    assert bench.letters_of_the_dead() == {}
