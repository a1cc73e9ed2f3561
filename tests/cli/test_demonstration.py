from __future__ import annotations

import datetime as dt

import pytest

from connector.domain.comparing import Compared
from connector.store.operator.progress import Progress
from workers.demo import running, showing

MOVED = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
BEGAN = MOVED - 20 * SECOND


def flow(*, read_from: dt.datetime | None, depending: int = 0) -> Progress:
    counts = dict.fromkeys(
        ("read", "loaded", "waiting", "parked", "rejected", "dead", "left_out", "retrying", "moving"), 0
    )
    return Progress(flow="f", depending=depending, fetching=False, read_from=read_from, **counts)


def looked(flows: list[Progress], *, later: int) -> running._Looked:
    return running._Looked(flows=flows, now=MOVED + later * SECOND, began=BEGAN, moved=MOVED)


@pytest.mark.parametrize(
    ("read_from", "depending", "later", "over"),
    [
        (MOVED + SECOND, 0, 2, True),
        (MOVED - SECOND, 0, 99, False),
        (None, 0, 99, False),
        (MOVED + SECOND, 1, 2, False),
        (MOVED + SECOND, 1, 99, True),
    ],
    ids=["read since", "read before", "never read", "a document may come", "it does not come"],
)
def test_all_is_over_when_all_was_read_since_anything_moved(
    read_from: dt.datetime | None, depending: int, later: int, *, over: bool
) -> None:
    flows = [flow(read_from=MOVED + SECOND), flow(read_from=read_from, depending=depending)]
    assert running._all_is_over(looked(flows, later=later)) is over


@pytest.mark.parametrize(("after", "over"), [(-1, False), (1, True)], ids=["the day before", "that day"])
def test_a_day_is_over_when_all_was_read_in_it_although_a_document_may_come(after: int, *, over: bool) -> None:
    flows = [flow(read_from=MOVED), flow(read_from=BEGAN + after * SECOND, depending=1)]
    assert running._day_is_over(looked(flows, later=0)) is over


def test_the_last_sentence_counts_what_nobody_called_for() -> None:
    line = Compared(flow="f", expected=1, found=2, missing=(), twice=(), wrong=(), uncalled=("X",))
    assert showing.verdict([line], {}).endswith("missing 0, twice 0, wrong 0, uncalled for 1")
