"""A record whose document retention has removed: one sentence for a person, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.operations.work import records
from tests.privileged import alter

if TYPE_CHECKING:
    from connector.operations.operator import Operator
    from tests.pipeline.conftest import Bench


@pytest.mark.parametrize(("state", "kind"), [("extracted", "source"), ("mapped", "target")])
def test_a_record_under_way_is_a_dead_letter_that_says_so_and_its_neighbours_go_on(
    bench: Bench, state: str, kind: str
) -> None:
    bench.read({"part": "p0"}, {"part": "p1"})
    if state == "mapped":
        bench.work(rounds=1)
    its = "record_id = (SELECT id FROM records WHERE source_key = 'p0')"
    alter(bench.ledger, f"DELETE FROM payloads WHERE {its} AND kind = '{kind}'")  # noqa: S608  constant parts only
    bench.work()
    assert bench.letters_of_the_dead() == {"p0": "document_removed"}
    [letter] = bench.rows("SELECT reason FROM dead_letters")
    assert letter.reason == f"Its {kind} document is not in the ledger any more: it was removed by retention."
    assert bench.target.writes == ["p1"]


def test_who_wants_an_ended_record_again_is_told(bench: Bench, operator: Operator) -> None:
    bench.read({"part": "p0"})
    bench.work()
    record_id = bench.record("p0").id
    alter(bench.ledger, "DELETE FROM payloads")
    with pytest.raises(ConfigurationError, match="its source document was removed by retention"):
        records.replay(operator, record_id)
    assert records.get(operator, record_id, payloads=True).source is None
