"""Two of us read revisions of one document at the same moment: its source is told of the one that is in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.work import correcting
from connector.pipeline.poll import poll
from tests.pipeline.doubles import FakeAcknowledgingSource
from tests.pipeline.parts import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.exchange import Row
    from tests.pipeline.conftest import Bench
    from tests.pipeline.office import Office

ONE = {"part": "c1", "doc": "A", "unit": "BOX", "amount": "1.00"}
TWO = {"part": "c1", "doc": "B", "unit": "BOX", "amount": "2.00", "corrects": True}


class Meanwhile(FakeAcknowledgingSource):
    """Something happens between the look at what is new and its writing, once."""

    happens: Callable[[], object]

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        happens, self.happens = self.happens, lambda: None
        happens()
        return row.payload


def test_a_person_corrects_the_revision_before(office: Office, bench: Bench) -> None:
    bench.source = FakeAcknowledgingSource(owed=True)
    bench.read(ONE, flow=CLAIMS)
    bench.work()
    office.code("SET", "set")

    def corrected() -> None:
        shown = correcting.propose(office.operator, bench.record("c1").id, "unit", "SET")
        correcting.correct(office.operator, shown, "a box is a set")

    source = bench.source = Meanwhile(owed=True)
    source.happens = corrected
    bench.read(TWO, flow=CLAIMS)
    assert source.acknowledged == [], "the ledger has the correction, and not this"
    bench.read(TWO, flow=CLAIMS)  # it is still listed
    assert source.acknowledged == ["c1"]
    assert bench.record("c1", 3).acknowledged_at is not None


def test_the_revision_before_is_asked_for_by_its_key(bench: Bench) -> None:
    before = FakeAcknowledgingSource(batches=[[ONE]], owed=True)

    def read_by_key() -> None:
        bench.source = before
        poll(bench.world, bench.run(CLAIMS, only_key="c1"))
        bench.source = source

    source = bench.source = Meanwhile(owed=True)
    source.happens = read_by_key
    bench.read(TWO, flow=CLAIMS)
    assert (before.acknowledged, source.acknowledged) == (["c1"], [])
    bench.read(TWO, flow=CLAIMS)
    assert source.acknowledged == ["c1"]
    assert bench.record("c1", 2).acknowledged_at is not None
