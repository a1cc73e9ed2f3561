"""What a person discarded goes again when it is named, as if nobody knew what became of it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, Malformed, Recalled
from connector.operations.work import dead_letters, records
from connector.store.operator.dead_letters import Filter
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator
    from connector.store.operator.dead_letters import DeadLetter
    from tests.pipeline.conftest import Bench
    from tests.pipeline.doubles import FakeAcknowledgingSource


def listed(bench: Bench) -> None:
    bench.read({"part": "c1"}, flow=CLAIMS)
    bench.work()


def discarded(operator: Operator) -> DeadLetter:
    (found,) = dead_letters.list_(operator, Filter(), most=10, resolved=False)
    return dead_letters.discard(operator, found.id, "by mistake")


def requeue(operator: Operator, wanted: Filter) -> int:
    fixed, meant = dead_letters.select(operator, wanted)
    assert sum(batch.letters for batch in dead_letters.requeue(operator, fixed)) == meant
    return meant


@pytest.mark.usefixtures("acknowledging")
@pytest.mark.parametrize("by", ["letter", "record"])
def test_it_goes_when_it_is_named_and_not_with_all(bench: Bench, operator: Operator, by: str) -> None:
    bench.target.before = [Malformed("Nobody understands c1.")]
    listed(bench)
    letter = discarded(operator)
    named: UUID = letter.id if by == "letter" else letter.record_id
    assert [requeue(operator, wanted) for wanted in (Filter(), Filter(code="malformed"))] == [0, 0]

    with pytest.raises(ConfigurationError, match=r"discarded: by mistake\. Its document may have been"):
        requeue(operator, Filter(ids=(named,)))
    assert requeue(operator, Filter(ids=(named,), discarded=True)) == 1
    bench.work()

    assert (bench.records(), bench.target.writes) == ({("c1", 1): "done"}, ["c1"])
    (closed,) = dead_letters.list_(operator, Filter(), most=10, resolved=True)
    assert (closed.resolution, closed.discarded) == ("requeued", False)
    events = [event.name for event in records.get(operator, letter.record_id).events]
    assert [name for name in events if name.startswith("operator.")] == [
        "operator.discarded",
        "operator.reopened",
        "operator.requeued",
    ]


@pytest.mark.parametrize("again", ["requeued", "replayed"])
def test_what_was_reversed_by_hand_is_asked_about(
    bench: Bench, acknowledging: FakeAcknowledgingSource, operator: Operator, again: str
) -> None:
    acknowledging.trouble = [None, Recalled("Its owner took it back.")]
    listed(bench)
    bench.target.holds.clear()  # reversed by hand
    letter = discarded(operator)

    if again == "requeued":
        requeue(operator, Filter(ids=(letter.id,), discarded=True))
    else:
        with pytest.raises(ConfigurationError, match="Its document may have been entered by hand"):
            records.replay(operator, letter.record_id)
        records.replay(operator, letter.record_id, discarded=True)
    bench.work()

    assert (bench.records(), bench.target.writes) == ({("c1", 1): "done"}, ["c1", "c1"])


@pytest.mark.usefixtures("acknowledging")
def test_a_version_that_came_since_counts(bench: Bench, operator: Operator) -> None:
    bench.target.before = [Malformed("Nobody understands c1.")]
    listed(bench)
    letter = discarded(operator)
    bench.read({"part": "c1", "amount": "2.00"}, flow=CLAIMS)
    bench.work()

    with pytest.raises(ConfigurationError, match="version 2 of c1 has been read since"):
        dead_letters.select(operator, Filter(ids=(letter.id,), discarded=True))
