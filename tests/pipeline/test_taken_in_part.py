"""What Concur took part of before it said no: nobody takes it for what it was before, or for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.exchange import Safety
from sandbox.server import SandboxServer, running
from tests.systems.concur import outgoing as out
from tests.systems.concur.conftest import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.domain.doubt import Waits
    from connector.domain.exchange import Found, Outgoing, Written
    from tests.pipeline.conftest import Bench

OVERRIDES = {"list_items": {"lists": {"connected": "aaaaaaaa-0004-4000-8000-000000000004"}}}


@pytest.fixture
def concur() -> Iterator[SandboxServer]:
    with running("concur", documents=0) as server:
        yield server


@dataclass
class Concur:
    """Takes the bench's documents as Concur's; what one is stands in its amount."""

    target: Any
    made: Callable[[str], Outgoing]

    def safety(self, _entity: str) -> Safety:
        return Safety.NATIVE_KEY

    def waits(self, _entity: str) -> Waits:
        found: Waits = self.target.waits("purchase_orders")
        return found

    def find(self, document: Outgoing) -> Found | None:
        found: Found | None = self.target.find(self.made(str(document.body["amount"])))
        return found

    def write(self, document: Outgoing) -> Written:
        written: Written = self.target.write(self.made(str(document.body["amount"])))
        return written

    def where_to_look(self, _document: Outgoing) -> str:
        return "Look in Concur."


def reads(bench: Bench, key: str, amount: str) -> None:
    bench.read({"part": key, "amount": amount})
    for _ in range(14):
        bench.work()
        bench.due()


def order(amount: str) -> Outgoing:
    vendor, quantity = amount.split(":")
    return out.order(quantity=quantity, VendorCode=vendor)


def test_an_order_that_was_refused_in_part_is_brought_back_to_what_it_was(bench: Bench, concur: SandboxServer) -> None:
    bench.target = there = Concur(Connection(url=concur.url).target(), order)  # type: ignore[assignment]
    for one in (out.vendor(), out.vendor("V2")):
        there.target.write(one)
    concur.set_options(order_vendor_changes="kept")
    reads(bench, "PO1", "V1:10")
    reads(bench, "PO1", "V2:500")
    assert bench.record("PO1", 2).state == "dead"
    reads(bench, "PO1", "V1:10")
    assert bench.record("PO1", 3).state == "done"
    found = there.target.find(order("V1:10"))
    assert found.difference == ""


def project(amount: str) -> Outgoing:
    value, *places = amount.split()
    return out.below("P1", *places, value=value)


@pytest.fixture
def places(bench: Bench, concur: SandboxServer) -> Concur:
    bench.target = there = Concur(Connection(url=concur.url, overrides=OVERRIDES).target(), project)  # type: ignore[assignment]
    for one in (out.below("US", ""), out.below("120", "US")):
        there.target.write(one)
    return there


def test_a_project_that_was_renamed_at_one_place_alone_is_renamed_back(bench: Bench, places: Concur) -> None:
    reads(bench, "P1", "Old US/120")
    reads(bench, "P1", "New US/120 ZZ/999")
    reads(bench, "P1", "Old US/120")
    found = places.target.find(project("Old US/120"))
    assert (bench.record("P1", 3).state, found.difference) == ("done", "")


@pytest.mark.usefixtures("places")
def test_a_project_that_stands_at_one_of_its_places_is_not_taken_for_one_that_concur_never_had(bench: Bench) -> None:
    reads(bench, "P1", "New US/120 ZZ/999")
    assert bench.letters_of_the_dead() == {"P1": "retries_exhausted"}
    assert bench.answers("P1")[-1] == "unknown"
    bench.read({"part": "P1", "skip": True})  # shut in QAD
    bench.work()
    assert bench.record("P1", 2).state == "dead"
    reason = bench.rows("SELECT reason FROM dead_letters ORDER BY created_at DESC LIMIT 1")[0].reason
    assert "The answer to the last write of P1 was lost" in reason
