"""What a flow says of a document when the target takes it is known of it later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.domain.gate import LinkNeed, Needs
from tests.pipeline.parts import FLOWS, PART

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench


def test_what_a_flow_has_to_know_of_it_later_is_kept_with_the_link(bench: Bench) -> None:
    said = replace(FLOWS[PART], map=lambda *asked: replace(FLOWS[PART].map(*asked), facts={"supplier": "S1"}))
    bench.world = replace(bench.world, flow={**FLOWS, PART: said}.__getitem__)
    bench.read({"part": "p1"})
    bench.work()
    with bench.ledger.unit() as unit:
        known = unit.links.known(bench.integration, Needs(links=(LinkNeed(flow=PART, key="p1"),)))
    assert known.link(PART, "p1").facts == {"supplier": "S1"}
