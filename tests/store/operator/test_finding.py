"""What is looked for is found by what people call it, and nothing else is read."""

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
from connector.store.operator.records import Filter
from tests.store.history import costly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.store.scene import Scene

INVOICE = Summary(
    kind="supplier invoice",
    number="INV-4711",
    party="0010023",
    party_name="Harrow Bearings GmbH",
    amount=Decimal("206.94"),
    currency="EUR",
    references={"purchase order": "PO10001"},
)
CALLED = {
    "one": INVOICE,
    "credit": replace(INVOICE, kind="credit memo", number="CN-9", amount=Decimal("-206.94")),
    "longer": replace(INVOICE, number="INV-47110", party="99", party_name="", amount=Decimal(5), references={}),
    "other": Summary(kind="purchase order", number="PO10001", party="10024", amount=Decimal("150.00")),
}


@pytest.fixture
def named(scene: Scene) -> Scene:
    for key, called in CALLED.items():
        scene.read_called({key: called})
    return scene


def found(scene: Scene, wanted: Filter | None = None, **sought: object) -> Sequence[str]:
    chosen = replace(wanted or Filter(), sought=Sought(**sought))  # type: ignore[arg-type]  # fields of each kind
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        assert listing.count(tx, chosen) == len(listing.list_(tx, chosen))
        return [record.source_key for record in listing.list_(tx, chosen)]


@pytest.mark.parametrize(
    ("sought", "keys"),
    [
        ({"search": "inv-4711"}, ["one", "longer"]),
        ({"search": " 000INV-47110"}, ["longer"]),
        ({"search": "po10001"}, ["other", "credit", "one"]),
        ({"search": "harrow b"}, ["credit", "one"]),
        ({"search": "INV-4711x"}, []),
        ({"party": "10023"}, ["credit", "one"]),
        ({"party": "1002"}, ["other", "credit", "one"]),
        ({"party": "harrow"}, ["credit", "one"]),
        ({"party": "PO10001"}, []),
        ({"amount": (Decimal("206.94"), Decimal("206.94"))}, ["credit", "one"]),
        ({"amount": (Decimal(100), Decimal(200))}, ["other"]),
        ({"search": "po1", "party": "10024"}, ["other"]),
        ({"search": "po1", "amount": (Decimal(0), Decimal(200))}, ["other"]),
    ],
)
def test_a_document_is_found_by_what_people_call_it(named: Scene, sought: dict[str, object], keys: list[str]) -> None:
    assert found(named, **sought) == keys


def test_what_is_found_may_be_chosen_from(named: Scene) -> None:
    assert found(named, Filter(flow="acme/suppliers"), search="INV") == []
    assert found(named, Filter(state="done"), search="INV") == []
    assert found(named, Filter(hold="gate"), search="INV") == []
    assert found(named, Filter(key="longer"), search="INV") == ["longer"]
    assert found(named, Filter(warned=True), search="INV") == []


def test_lists_begin_and_end_when_somebody_says(named: Scene) -> None:
    now = dt.datetime.now(dt.UTC)
    for wanted in (Filter(), Filter(key="one"), Filter(sought=Sought(search="INV-4711"))):
        search = wanted.sought.search
        assert "one" in found(named, wanted, search=search, since=now - dt.timedelta(hours=1))
        assert found(named, wanted, search=search, since=now + dt.timedelta(hours=1)) == []
        assert found(named, wanted, search=search, until=now - dt.timedelta(hours=1)) == []


@pytest.mark.parametrize(
    "sought",
    [
        {"search": "OLD-77"},
        {"search": "OLD-7777"},
        {"search": "O"},
        {"search": "P7"},
        {"party": "P7"},
        {"party": "P"},
        {"amount": (Decimal(7), Decimal(7))},
        {"amount": (Decimal(0), Decimal(1000))},
        {"since": dt.datetime.now(dt.UTC) - dt.timedelta(days=30)},
    ],
)
def test_however_much_begins_so_no_more_is_looked_at_than_is_asked_for(
    worn: Scene, monkeypatch: pytest.MonkeyPatch, sought: dict[str, object]
) -> None:
    monkeypatch.setattr(finding, "LOOKED_AT", 5)
    monkeypatch.setattr(listing, "COUNTED", 5)

    def look(scene: Scene) -> None:
        wanted = Filter(most=3, sought=Sought(**sought))  # type: ignore[arg-type]  # fields of each kind
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            assert 0 < len(listing.list_(tx, wanted)) <= listing.count(tx, wanted) <= 2 * 6

    assert costly(worn, look) == {}


def test_a_moment_before_all_ids_finds_from_the_first_and_until_none(named: Scene) -> None:
    long_ago = dt.datetime(1960, 1, 1, tzinfo=dt.UTC)
    assert len(found(named, since=long_ago)) == len(CALLED)
    assert found(named, until=long_ago) == []
