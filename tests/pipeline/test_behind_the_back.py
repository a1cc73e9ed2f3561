from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from connector.domain.record import Claim
    from connector.domain.run import RunClaim
    from tests.pipeline.conftest import Bench

SENTENCE = "flow:acme/part was changed behind ml-connector's back, so nothing is posted by it: look at it."


def refuse(_: Claim | RunClaim) -> None:
    raise ConfigurationError(SENTENCE)


@pytest.mark.parametrize("state", ["extracted", "mapped"])
def test_a_record_whose_flow_was_changed_waits_with_the_sentence_and_goes_on_once_it_is_put_right(
    bench: Bench, state: str
) -> None:
    honest = bench.world
    bench.read({"part": "p0", "amount": "1.00"})
    if state == "mapped":
        bench.work(rounds=1)
    bench.world = replace(honest, whole=refuse)
    bench.due()
    bench.work()

    assert bench.records() == {("p0", 1): state}
    assert bench.rows("SELECT why FROM records")[0].why == SENTENCE
    assert bench.till.writes == []
    assert bench.read({"part": "p1", "amount": "1.00"}) == SENTENCE

    bench.world = honest
    bench.due()
    bench.work()
    assert bench.records() == {("p0", 1): "done"}
