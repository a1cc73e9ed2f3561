from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from tests.pipeline.parts import ORDER

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
    assert bench.target.writes == []
    assert bench.read({"part": "p1", "amount": "1.00"}) == SENTENCE

    bench.world = honest
    bench.due()
    bench.work()
    assert bench.records() == {("p0", 1): "done"}


LED_ASTRAY = {
    "to another flow": "UPDATE records SET flow_id = :other",
    "to another document": "UPDATE records r SET document_id = d.id, source_key = d.source_key FROM documents d "
    "WHERE d.flow_id = r.flow_id AND d.id <> r.document_id AND r.source_key = 'p0'",
}


@pytest.mark.parametrize("state", ["extracted", "mapped"])
@pytest.mark.parametrize("astray", LED_ASTRAY)
def test_a_record_that_was_led_astray_is_sent_nowhere(bench: Bench, state: str, astray: str) -> None:
    bench.read({"part": "p0", "amount": "1.00"}, {"part": "p1", "amount": "2.00"})
    bench.execute("UPDATE records SET due_at = now() + interval '1 day' WHERE source_key = 'p1'")
    if state == "mapped":
        bench.work(rounds=1)
    bench.execute("UPDATE records SET state = 'done', version = 2, due_at = NULL WHERE source_key = 'p1'")
    bench.execute(LED_ASTRAY[astray], **({"other": bench.flow_ids[ORDER]} if ":other" in LED_ASTRAY[astray] else {}))
    bench.due()
    bench.work()

    (row,) = bench.rows("SELECT state, why FROM records WHERE state <> 'done'")
    assert row.state == state
    assert "changed behind ml-connector's back" in row.why
    assert bench.target.writes == []
