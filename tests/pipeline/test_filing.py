"""Several documents of a source about one thing: each is a document of the ledger, and none is taken for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.errors import Refused
from connector.domain.identity import correlation_of
from connector.pipeline.poll import poll
from tests.pipeline.doubles import FakeAcknowledgingSource
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Row
    from tests.pipeline.conftest import Bench

PAID_OUT = {"part": "c1", "doc": "A", "amount": "500.00"}
CAME_BACK = {"part": "c1", "doc": "B", "amount": "-500.00"}


@pytest.fixture
def source(bench: Bench) -> FakeAcknowledgingSource:
    bench.source = source = FakeAcknowledgingSource()
    return source


def test_a_second_document_about_the_same_is_posted_and_confirmed_beside_the_first(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    for document in (PAID_OUT, CAME_BACK):
        bench.read(document, flow=CLAIMS)
        bench.work()
    assert bench.records() == {("c1", 1): "done", ("c1/B", 1): "done"}
    assert bench.target.holds == {"c1": {"amount": "500.00"}, "c1/B": {"amount": "-500.00"}}
    assert [result.target_id for _, result in source.confirmed] == ["T-c1", "T-c1/B"]


def test_a_document_that_waits_is_not_pushed_aside_by_another_one(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.read(PAID_OUT | {"order": "o1"}, flow=CLAIMS)
    bench.work()
    bench.read(CAME_BACK, flow=CLAIMS)
    bench.work()
    assert bench.records() == {("c1", 1): "extracted", ("c1/B", 1): "done"}
    bench.read(CAME_BACK | {"amount": "-400.00", "unmatched": True}, flow=CLAIMS)
    assert sorted(bench.records()) == [("c1", 1), ("c1/B", 1), ("c1/B", 2)]


def test_two_on_one_list_are_two(bench: Bench, source: FakeAcknowledgingSource) -> None:
    source.batches = [[PAID_OUT], [CAME_BACK]]
    poll(bench.world, bench.run(CLAIMS))
    bench.work()
    assert bench.records() == {("c1", 1): "done", ("c1/B", 1): "done"}


def test_a_correction_takes_the_place_of_what_it_corrects_even_on_one_list(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    source.batches = [[PAID_OUT], [{"part": "c1", "doc": "C", "amount": "450.00", "corrects": True}]]
    poll(bench.world, bench.run(CLAIMS))
    bench.work()
    assert bench.records() == {("c1", 1): "superseded", ("c1", 2): "done"}
    assert bench.target.holds == {"c1": {"amount": "450.00"}}


def test_what_was_refused_gives_its_key_to_what_comes_next(bench: Bench, source: FakeAcknowledgingSource) -> None:
    bench.target.before = [Refused("The period is closed.")]
    for document in (PAID_OUT, PAID_OUT | {"doc": "D"}):
        bench.read(document, flow=CLAIMS)
        bench.work()
    assert bench.records() == {("c1", 1): "rejected", ("c1", 2): "done"}
    assert [bool(result.refused) for _, result in source.confirmed] == [True, False]


def test_a_document_read_by_an_older_release_is_told_by_its_payload(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    bench.read(PAID_OUT | {"order": "o1"}, flow=CLAIMS)
    bench.execute("UPDATE documents SET identity = NULL")
    bench.read(PAID_OUT | {"order": "o2"}, flow=CLAIMS)
    bench.execute("UPDATE documents SET identity = NULL")
    bench.read(CAME_BACK, flow=CLAIMS)
    assert sorted(bench.records()) == [("c1", 1), ("c1", 2), ("c1/B", 1)]


def test_what_another_worker_wrote_under_the_same_key_at_the_same_moment_is_not_acknowledged_for_it(
    bench: Bench,
) -> None:
    class Hasty(FakeAcknowledgingSource):
        """While one document is read, another worker reads the other one, which was asked for by its key."""

        def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
            if row.payload["doc"] == "B" and not self.acknowledged:
                meanwhile = bench.source = FakeAcknowledgingSource(batches=[[PAID_OUT]])
                poll(bench.world, bench.run(CLAIMS, only_key="c1"))
                self.acknowledged += meanwhile.acknowledged
            return row.payload

    source = bench.source = Hasty()
    bench.read(CAME_BACK, flow=CLAIMS)
    assert source.acknowledged == ["c1"]
    assert sorted(bench.records()) == [("c1", 1)]
    bench.source = FakeAcknowledgingSource()
    bench.read(CAME_BACK, flow=CLAIMS)
    assert sorted(bench.records()) == [("c1", 1), ("c1/B", 1)]


def test_what_it_is_found_by_in_the_target_does_not_depend_on_which_came_first(
    bench: Bench, source: FakeAcknowledgingSource
) -> None:
    for document in (PAID_OUT, CAME_BACK):
        bench.read(document, flow=CLAIMS)
    found = {row.source_key: row.correlation_id for row in bench.rows("SELECT source_key, correlation_id FROM records")}
    flow = bench.flow_ids[CLAIMS]
    assert found == {
        "c1": correlation_of(flow, "c1", canonical.fingerprint(PAID_OUT)),
        "c1/B": correlation_of(flow, "c1", canonical.fingerprint(CAME_BACK)),
    }
