"""Whoever looks sees the same, whether records lie in the archive or where work goes on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from connector.domain import accounting_period
from connector.domain.record import State
from connector.domain.summary import Summary
from connector.store import operator as ledger
from connector.store.operator.reapplying import Chosen
from connector.store.operator.records import Filter
from connector.store.work.archive import archive
from tests.store.scene import BURIED, in_state
from tests.store.work.test_link_facts import posted

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.store.operator.transaction import OperatorTransaction
    from tests.store.scene import Scene

NONE, LAST = UUID(int=0), UUID(int=(1 << 128) - 1)
BEGINNING = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
PERIOD = accounting_period.read("2026-10")


@pytest.fixture
def ended(scene: Scene) -> Scene:
    """Documents that were posted, one of them in two versions, rejected, and left out."""
    called = Summary(kind="supplier invoice", number="A-1", party="10", date=dt.date(2026, 10, 5))
    (first,) = scene.read_called({"INV-1": called})
    scene.finish(first, "T-1")
    (second,) = scene.read_called({"INV-1": called}, "second")
    scene.finish(second, "T-1")
    posted(scene, "INV-2", {"doc_id": "d1"})
    for key, state in (("INV-3", State.REJECTED), ("INV-4", State.SKIPPED)):
        scene.settle(scene.held(scene.read_one(key)), in_state(BURIED, state))
    scene.change("UPDATE dead_letters SET resolved_at = now()")
    scene.finish(scene.read_one("10", flow=scene.suppliers), "S-10")
    return scene


LOOKS: dict[str, Callable[[OperatorTransaction, Scene], Any]] = {
    "lists of a state": lambda tx, _: [
        ledger.listing.list_(tx, Filter(flow=flow, state=state.value))
        for state in State
        for flow in ("acme/invoices", None)
    ],
    "lists of a key": lambda tx, _: ledger.listing.list_(tx, Filter(key="INV-1", state="done")),
    "how many": lambda tx, _: ledger.listing.count(tx, Filter()),
    "one record": lambda tx, scene: [ledger.records.by_id(tx, one) for one in every(scene)],
    "its documents": lambda tx, scene: [ledger.records.payloads(tx, one) for one in every(scene)],
    "its attempts": lambda tx, scene: [ledger.records.attempts(tx, one) for one in every(scene)],
    "its versions": lambda tx, scene: [ledger.choosing.versions(tx, one, most=9) for one in every(scene)],
    "its history": lambda tx, scene: [ledger.dossier.of(tx, one) for one in every(scene)],
    "by its id": lambda tx, _: ledger.choosing.between(tx, NONE, LAST, most=99),
    "what was sent last": lambda tx, scene: ledger.records.sent_last(tx, scene.invoices, ["INV-1", "INV-2"]),
    "letters": lambda tx, _: ledger.dead_letters.list_(tx, ledger.dead_letters.Filter(), most=9, resolved=True),
    "runs": lambda tx, scene: [ledger.runs.tallies(tx, row.id) for row in scene.ask("SELECT id FROM runs")],
    "progress": lambda tx, _: ledger.progress.progress(tx, "acme"),
    "standing": lambda tx, scene: ledger.standing.of_flow(tx, scene.invoices, after=""),
    "newest": lambda tx, scene: ledger.standing.newest(
        tx, scene.integration_id, since=BEGINNING, flows=["invoices", "suppliers"]
    ),
    "month end": lambda tx, _: [
        (look(tx, [flow], PERIOD))
        for flow in flows(tx)
        for look in (ledger.period_figures.counted, ledger.period_figures.having, ledger.period_figures.digests)
    ],
    "lines": lambda tx, _: [sorted(ledger.period_figures.lines(tx, flow, PERIOD)) for flow in flows(tx)],
    "moved": lambda tx, _: [ledger.period_figures.moved(tx, flow, PERIOD, BEGINNING) for flow in flows(tx)],
    "chosen": lambda tx, _: [ledger.reckoning.chosen(tx, flow, PERIOD) for flow in flows(tx)],
    "details": lambda tx, scene: [ledger.reckoning.details(tx, flow, every(scene)) for flow in flows(tx)],
    "sent": lambda tx, scene: sorted(ledger.reckoning.sent(tx, every(scene)), key=str),
    "named": lambda tx, _: [ledger.reckoning.named(tx, flow, ["INV-1", "INV-4"]) for flow in flows(tx)],
    "rehearsed": lambda tx, scene: (
        ledger.rehearsing.page(tx, scene.invoices, State.DONE, after=NONE, most=9),
        ledger.rehearsing.count(tx, scene.invoices, BEGINNING),
    ),
    "applied again": lambda tx, scene: (
        ledger.reapplying.count(tx, Chosen(flow_id=scene.invoices, since=None, until=END)),
        ledger.reapplying.left_alone(tx, scene.invoices),
        ledger.reapplying.page(tx, Chosen(flow_id=scene.invoices, since=None, until=END), after=None, most=9),
    ),
    "suggested": lambda tx, scene: ledger.suggesting.read(tx, scene.integration_id, "suppliers", ["1"]),
    "whose": lambda tx, scene: ledger.erasing.meant(tx, "10", records=every(scene)),
    "without a name": lambda tx, _: (ledger.naming.count(tx), ledger.erasing.unnamed(tx, ["expense report"], NONE)),
    "since when": lambda tx, _: ledger.server.oldest_document(tx),
}


def flows(tx: OperatorTransaction) -> list[ledger.flows.Flow]:
    return [ledger.flows.named(tx, "acme", name) for name in ("invoices", "suppliers")]


def every(scene: Scene) -> list[UUID]:
    return [row.id for row in scene.ask("SELECT id FROM all_records ORDER BY id")]


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_seen_as_before(ended: Scene, look: str) -> None:
    with ledger.transaction.transaction(ended.ledger, actor="operator:a") as tx:
        before = LOOKS[look](tx, ended)
        assert before
    gone, _ = archive(ended.ledger.begin, after=dt.timedelta(days=-1), now=dt.datetime.now(dt.UTC))
    assert gone == len(every(ended))
    assert ended.ask("SELECT FROM records") == []
    with ledger.transaction.transaction(ended.ledger, actor="operator:a") as tx:
        assert LOOKS[look](tx, ended) == before


def test_the_trail_is_whole(ended: Scene) -> None:
    archive(ended.ledger.begin, after=dt.timedelta(days=-1), now=dt.datetime.now(dt.UTC))
    ended.seal()
    assert ended.ledger.verify() == []
