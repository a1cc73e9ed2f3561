"""What was read in each hour is counted once, whenever and however often housekeeping looks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.summary import Summary
from connector.store import operator as ledger
from connector.store.beat import arrivals
from connector.store.operator import arrivals as looking
from tests.store.history import costly

if TYPE_CHECKING:
    import pytest

    from tests.store.scene import Scene

NOW = dt.datetime.now(dt.UTC)
#: as if everything here had been read some time ago
LATER, AGO = NOW + dt.timedelta(hours=1), NOW - dt.timedelta(hours=2)
INVOICE = Summary(kind="supplier invoice", number="1", amount=Decimal("206.94"), currency="EUR")
CREDIT = Summary(kind="credit memo", number="2", amount=Decimal("-6.94"), currency="EUR")
SUPPLIER = Summary(kind="supplier", number="10001")


def sums(scene: Scene) -> dict[str, tuple[int, Decimal]]:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        found = looking.arrived(tx, AGO)
    documents: Counter[str] = Counter()
    amounts: dict[str, Decimal] = {}
    for one in found:
        documents[one.currency] += one.documents
        amounts[one.currency] = amounts.get(one.currency, Decimal(0)) + one.amount
    return {currency: (number, amounts[currency]) for currency, number in documents.items()}


def test_each_document_is_counted_once_whoever_looks_before_and_after(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "_BATCH", 2)
    for key, called in (("a", INVOICE), ("b", CREDIT), ("c", SUPPLIER)):
        scene.read_called({key: called})
    wanted = {"EUR": (2, Decimal("200.00")), "": (1, Decimal(0))}
    assert sums(scene) == wanted, "before anybody counted"
    assert arrivals.count(scene.ledger.begin, now=NOW) == 0, "who stores one this minute may not have committed"
    assert arrivals.count(scene.ledger.begin, now=LATER) == 3
    assert sums(scene) == wanted
    assert arrivals.count(scene.ledger.begin, now=LATER) == 0
    scene.read_called({"d": INVOICE})
    assert sums(scene) == {"EUR": (3, Decimal("406.94")), "": (1, Decimal(0))}
    scene.ledger.housekeeping()
    assert arrivals.count(scene.ledger.begin, now=LATER) == 1
    assert sums(scene) == {"EUR": (3, Decimal("406.94")), "": (1, Decimal(0))}


def test_what_stays_is_told_by_whether_it_needs_a_person(scene: Scene) -> None:
    waits, parked, dead, done = (scene.read_one(key) for key in ("waits", "parked", "dead", "done"))
    scene.change("UPDATE records SET hold = 'gate', waits_for = '{link:suppliers:1}' WHERE id = :id", id=waits)
    scene.change("UPDATE records SET hold = 'park', waits_for = '{crosswalk:units:EA}' WHERE id = :id", id=parked)
    scene.change("UPDATE records SET state = 'done', finished_at = now() WHERE id = :id", id=done)
    scene.change("UPDATE records SET state = 'dead', finished_at = now() WHERE id = :id", id=dead)
    scene.change(
        """
        INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
        VALUES (gen_random_uuid(), :id, :flow, 'refused', 'No.', '')
        """,
        id=dead,
        flow=scene.invoices,
    )
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        [early, late] = [AGO, dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)]
        assert looking.stays(tx, [early, late]) == [looking.Stays(span=1, waits=1, needs=2)]
        assert looking.stays(tx, [early]) == [looking.Stays(span=0, waits=1, needs=2)]


def test_a_picture_of_the_last_days_looks_at_no_history(worn: Scene) -> None:
    arrivals.count(worn.ledger.begin, now=LATER)

    def look(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            looking.arrived(tx, NOW - dt.timedelta(days=30))

    assert costly(worn, look, most=500) == {}
