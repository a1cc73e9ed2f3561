"""What a person discarded goes again when it is named, as if nobody knew what became of it meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, Malformed, Recalled
from connector.operations.operator import Operator as Office
from connector.operations.work import dead_letters, records
from connector.store.operator.dead_letters import Filter
from tests.pipeline.doubles import FakeAcknowledgingSource
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.operator.dead_letters import DeadLetter
    from tests.pipeline.conftest import Bench


@pytest.fixture
def source(bench: Bench) -> FakeAcknowledgingSource:
    bench.source = source = FakeAcknowledgingSource(owed=True)
    return source


@pytest.fixture
def office(bench: Bench) -> Office:
    application: Any = SimpleNamespace(store=bench.ledger, database=bench.ledger)
    return Office(application=application, actor="operator:jane")


def listed(bench: Bench) -> None:
    bench.read({"part": "c1"}, flow=CLAIMS)
    bench.work()


def discarded(office: Office) -> DeadLetter:
    (found,) = dead_letters.list_(office, Filter(), most=10, resolved=False)
    return dead_letters.discard(office, found.id, "by mistake")


def requeue(office: Office, wanted: Filter) -> int:
    fixed, meant = dead_letters.select(office, wanted)
    assert sum(batch.letters for batch in dead_letters.requeue(office, fixed)) == meant
    return meant


@pytest.mark.parametrize("by", ["letter", "record"])
def test_it_goes_when_it_is_named_and_not_with_all(bench: Bench, source: object, office: Office, by: str) -> None:
    assert source
    bench.target.before = [Malformed("Nobody understands c1.")]
    listed(bench)
    letter = discarded(office)
    named: UUID = letter.id if by == "letter" else letter.record_id
    assert [requeue(office, wanted) for wanted in (Filter(), Filter(code="malformed"))] == [0, 0]

    assert requeue(office, Filter(ids=(named,))) == 1
    bench.work()

    assert (bench.records(), bench.target.writes) == ({("c1", 1): "done"}, ["c1"])
    (closed,) = dead_letters.list_(office, Filter(), most=10, resolved=True)
    assert (closed.resolution, closed.discarded) == ("requeued", False)
    events = [event.name for event in records.get(office, letter.record_id).events]
    assert [name for name in events if name.startswith("operator.")] == [
        "operator.discarded",
        "operator.reopened",
        "operator.requeued",
    ]


@pytest.mark.parametrize("again", ["requeued", "replayed"])
def test_what_was_reversed_by_hand_is_asked_about(
    bench: Bench, source: FakeAcknowledgingSource, office: Office, again: str
) -> None:
    source.trouble = [None, Recalled("Its owner took it back.")]
    listed(bench)
    bench.target.holds.clear()  # reversed by hand
    letter = discarded(office)

    if again == "requeued":
        requeue(office, Filter(ids=(letter.id,)))
    else:
        records.replay(office, letter.record_id)
    bench.work()

    assert (bench.records(), bench.target.writes) == ({("c1", 1): "done"}, ["c1", "c1"])


def test_a_version_that_came_since_counts(bench: Bench, source: object, office: Office) -> None:
    assert source
    bench.target.before = [Malformed("Nobody understands c1.")]
    listed(bench)
    letter = discarded(office)
    bench.read({"part": "c1", "amount": "2.00"}, flow=CLAIMS)
    bench.work()

    with pytest.raises(ConfigurationError, match="version 2 of c1 has been read since"):
        dead_letters.select(office, Filter(ids=(letter.id,)))
