"""Lists that a person pages through, and what they may ask for together."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from connector.domain.summary import Summary
from connector.store import operator as ledger
from connector.store.operator import finding, listing
from connector.store.operator.finding import Sought
from connector.store.operator.listing import Group
from connector.store.operator.records import Filter
from tests.scale.filling import AWAITED, OFTEN_CHANGED
from tests.store.history import costly
from tests.store.scene import BURIED

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene


def pages(scene: Scene, wanted: Filter) -> list[list[UUID]]:
    """All of it, page by page."""
    found: list[list[UUID]] = []
    while True:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            page, place = listing.page(tx, wanted)
        found.append([record.id for record in page])
        if place is None:
            return found
        wanted = replace(wanted, after=place)


def keys(scene: Scene, wanted: Filter) -> list[str]:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        found = listing.list_(tx, wanted)
        assert listing.count(tx, wanted) == len(found)
        return [record.source_key for record in found]


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(state="dead"),
        Filter(hold="gate"),
        Filter(key=OFTEN_CHANGED),
        Filter(group=Group.NEEDS),
        Filter(sought=Sought(search="OLD-77")),
        Filter(sought=Sought(search="P7")),
        Filter(sought=Sought(amount=(Decimal(100), Decimal(110)))),
        Filter(subject=f"link:suppliers:{AWAITED}"),
    ],
)
def test_pages_together_are_the_whole_list_and_nothing_is_on_two_of_them(worn: Scene, wanted: Filter) -> None:
    with ledger.transaction.transaction(worn.ledger, actor="operator:a") as tx:
        whole = [record.id for record in listing.list_(tx, replace(wanted, most=100_000))]
    turned = pages(worn, replace(wanted, most=len(whole) // 3 + 1))
    assert len(turned) == 3
    assert [one for page in turned for one in page] == whole


def test_what_people_ask_for_together(scene: Scene) -> None:
    moves, waits, parked, dead, closed = (scene.read_one(key) for key in ("moves", "waits", "parked", "dead", "closed"))
    for record in (dead, closed):
        scene.settle(scene.held(record), BURIED)
    scene.change("UPDATE dead_letters SET resolved_at = now() WHERE record_id = :id", id=closed)
    scene.change("UPDATE records SET hold = 'gate' WHERE id = :id", id=waits)
    scene.change("UPDATE records SET hold = 'park' WHERE id = :id", id=parked)

    assert keys(scene, Filter(group=Group.MOVING)) == ["moves"]
    assert keys(scene, Filter(group=Group.DEAD)) == ["dead"]
    assert keys(scene, Filter(group=Group.NEEDS)) == ["dead", "parked"]
    assert keys(scene, Filter(code="refused")) == ["dead"]
    assert keys(scene, Filter(code="malformed")) == []
    assert keys(scene, Filter(group=Group.NEEDS, flow="acme/suppliers")) == []
    assert set(keys(scene, Filter(integration="acme", connection="jaggaer"))) == {
        "moves",
        "waits",
        "parked",
        "dead",
        "closed",
    }
    assert keys(scene, Filter(integration="other")) == keys(scene, Filter(connection="other")) == []
    scene.change("UPDATE records SET begun_at = now() - interval '3 days' WHERE id = ANY(:ids)", ids=[moves, waits])
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    assert keys(scene, Filter(hold="gate", begun_before=long_ago)) == ["waits"]
    assert keys(scene, Filter(state="dead", ended_since=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))) == []


def test_what_gave_way_is_not_current(scene: Scene) -> None:
    scene.finish(scene.read_one("d"))
    scene.read_one("d", "second")
    scene.change("UPDATE records SET state = 'superseded', finished_at = now() WHERE version = 1")
    assert keys(scene, Filter()) == ["d", "d"]
    assert keys(scene, Filter(current=True)) == ["d"]
    assert keys(scene, Filter(current=True, state="superseded")) == ["d"]


def test_documents_are_found_by_their_day(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in (1, 2, 3):
        called = Summary(kind="supplier invoice", number=f"I-{day}", date=dt.date(2026, 11, day), amount=Decimal(day))
        scene.read_called({f"d{day}": called})
    scene.read_called({"undated": Summary(kind="supplier", number="I-4")})
    days = (dt.date(2026, 11, 2), dt.date(2026, 11, 9))
    assert keys(scene, Filter(sought=Sought(days=days))) == ["d3", "d2"]
    assert keys(scene, Filter(sought=Sought(days=days, search="I-"))) == ["d3", "d2"]
    assert keys(scene, Filter(sought=Sought(days=days, amount=(Decimal(1), Decimal(2))))) == ["d2"]

    def cut(wanted: Filter) -> bool:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            return listing.cut(tx, wanted)

    assert not cut(Filter(sought=Sought(days=days)))
    monkeypatch.setattr(finding, "LOOKED_AT", 1)
    assert cut(Filter(sought=Sought(days=days)))
    assert not cut(Filter())


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(current=True),
        Filter(group=Group.MOVING, flow="acme/suppliers"),
        Filter(hold="gate", integration="acme"),
        Filter(state="done", connection="qad"),
    ],
)
def test_a_later_page_looks_at_no_more_than_it_shows(worn: Scene, wanted: Filter) -> None:
    def look(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            _, place = listing.page(tx, replace(wanted, most=3))
            listing.page(tx, replace(wanted, most=3, after=place))

    assert costly(worn, look) == {}
