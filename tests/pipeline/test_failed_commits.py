"""A COMMIT fails, or happens and is not heard of: at each commit of each step, the record goes on as if nothing was."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import StoreUnavailable
from connector.domain.exchange import Safety
from connector.pipeline.poll import poll
from connector.points import COMMIT, watched
from tests.pipeline.doubles import FakeAcknowledgingSource
from tests.pipeline.parts import CLAIMS, PART

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

#: poll 3, map 2, load 3, confirm 2; beat's looks at what is due commit too
MOST_COMMITS = 16


class Failing:
    """Implements connector.points.Watcher: the commit of this number fails, before or after it has happened."""

    def __init__(self, number: int, side: str) -> None:
        self._left, self._side = number, side

    def before(self, what: str) -> None:
        self._left -= what == COMMIT
        self._fail("before", what)

    def after(self, what: str) -> None:
        self._fail("after", what)

    @property
    def struck(self) -> bool:
        return self._left <= 0

    def _fail(self, side: str, what: str) -> None:
        if (what, side, self._left) == (COMMIT, self._side, 0):
            raise StoreUnavailable("The ledger cannot be used now (a test).")


def forgotten(bench: Bench) -> None:
    """Time passes: whoever lives has spoken since, and works on something else."""
    for table in ("records", "runs"):
        bench.execute(f"UPDATE {table} SET leased_at = leased_at - interval '1 minute'")  # noqa: S608 - two names
    bench.execute("UPDATE workers SET heartbeat_at = now(), busy_with = NULL")
    bench.ledger.recovery.rescue(dt.timedelta(hours=1))


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("flow", [PART, CLAIMS])
@pytest.mark.parametrize("kind", [Safety.ASK_FIRST, Safety.NATIVE_KEY])
def test_whichever_commit_fails_everything_arrives_once_and_its_trail_is_whole(
    bench: Bench, side: str, flow: str, kind: Safety
) -> None:
    bench.source, bench.target.kind = FakeAcknowledgingSource(), kind
    struck = 0
    for number in range(1, MOST_COMMITS + 1):
        key, failing = f"p{number}", Failing(number, side)
        bench.source.batches, begun = [[{"part": key}]], bench.run(flow)
        with watched(failing), suppress(StoreUnavailable):
            poll(bench.world, begun)
            bench.work()
        forgotten(bench)
        bench.due()
        for run in bench.rows("SELECT id FROM runs WHERE status = 'queued'"):
            poll(bench.world, run.id)
        bench.work()
        record = bench.record(key)
        assert (record.state, record.crashes, record.tries) == ("done", 0, 0), (number, record.why)
        struck += failing.struck
    assert bench.ledger.verify() == []
    assert sorted(bench.target.writes) == sorted(bench.target.holds), "each was written once"
    assert len(bench.target.holds) == MOST_COMMITS
    assert struck >= 10
    assert {row.failures for row in bench.rows("SELECT failures FROM connections")} == {0}
    assert bench.letters_of_the_dead() == {}


def test_three_failures_of_the_ledger_are_not_three_crashes(bench: Bench) -> None:
    bench.read({"part": "p1"})
    for _ in range(4):
        with watched(Failing(2, "after")), suppress(StoreUnavailable):
            bench.work()
        forgotten(bench)
        bench.due()
    bench.work()
    assert bench.record("p1").state == "done"
    assert bench.letters_of_the_dead() == {}
