"""Which documents a period has, and what was sent of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain import accounting_period
from connector.domain.journey import Step
from connector.domain.reconciliation import Figure
from connector.store import operator as ledger
from tests.store.history import costly
from tests.store.scene import BURIED, done

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.reconciliation import Kept
    from tests.store.scene import Scene


def flow(scene: Scene, name: str = "invoices") -> ledger.flows.Flow:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        return ledger.flows.named(tx, "acme", name)


def chosen(scene: Scene, period: str, **more: str) -> list[UUID]:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        return ledger.reckoning.chosen(tx, flow(scene, **more), accounting_period.read(period))


def detail(scene: Scene, record: UUID) -> Kept:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        (found,) = ledger.reckoning.details(tx, flow(scene), [record])
    return found


def sent(scene: Scene, record: UUID) -> Any:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        (found,) = ledger.reckoning.sent(tx, [record])
    return found


def dated(scene: Scene, record: UUID, date: str) -> None:
    scene.change(
        "INSERT INTO summaries (record_id, kind, number, date, amount, currency) "
        "VALUES (:id, 'supplier invoice', 'A-1', CAST(:date AS date), 7, 'JPY')",
        id=record,
        date=date,
    )


def test_a_document_is_of_the_period_by_its_newest_version(scene: Scene) -> None:
    first = scene.read_one("A")
    dated(scene, first, "2026-10-31")
    assert (chosen(scene, "2026-10"), chosen(scene, "2026-11")) == ([first], [])
    scene.finish(first)
    second = scene.read_one("A", "corrected")
    dated(scene, second, "2026-11-01")
    assert (chosen(scene, "2026-10"), chosen(scene, "2026-11")) == ([], [second])
    assert chosen(scene, "2026", name="suppliers") == []


def test_one_without_a_date_is_of_the_day_on_which_it_was_read_in_the_flows_zone(scene: Scene) -> None:
    record = scene.read_one("A")
    read = dt.datetime.fromtimestamp((record.int >> 80) / 1000, dt.UTC)
    for zone, hours in (("Etc/GMT-14", 14), ("Etc/GMT+12", -12)):
        scene.change("UPDATE flows SET timezone = :zone", zone=zone)
        day = (read + dt.timedelta(hours=hours)).date()
        assert chosen(scene, day.isoformat()) == [record]
        assert chosen(scene, (day - dt.timedelta(days=1)).isoformat()) == []
        assert (detail(scene, record).date, detail(scene, record).named) == (day, False)


def test_where_it_stands_is_said_without_the_document_it_waits_for(scene: Scene) -> None:
    waiting, other, dead = scene.read_one("A"), scene.read_one("B"), scene.read_one("C")
    hold = "UPDATE records SET hold = 'gate', waits_for = :waits_for, gate = :gate WHERE id = :id"
    scene.change(hold, id=waiting, waits_for=["link:orders:PO1", "link:orders:PO2"], gate="purchase order PO1")
    scene.change(hold, id=other, waits_for=None, gate="three-way match of supplier invoice 7")
    claim = scene.claim(dead, Step.MAP)
    assert claim is not None
    scene.settle(claim, BURIED)
    assert BURIED.letter is not None
    assert [detail(scene, one).reason for one in (waiting, other, dead)] == [
        "gate: link orders",
        "gate: three-way match",
        BURIED.letter.code,
    ]
    assert (detail(scene, dead).why, detail(scene, dead).open_letter) == (BURIED.letter.reason, True)
    scene.change("UPDATE dead_letters SET resolved_at = now(), resolution = 'discarded: done by hand'")
    assert (detail(scene, dead).reason, detail(scene, dead).open_letter) == ("dead", False)


def test_what_was_sent_is_that_of_the_version_the_target_took(scene: Scene) -> None:
    first = scene.read_one("A")
    assert sent(scene, first).sealed is None
    scene.finish(first)
    assert sent(scene, first).sent_id == first
    second = scene.read_one("A", "corrected")
    assert (sent(scene, second).record_id, sent(scene, second).sent_id) == (second, first)
    assert sent(scene, second).sealed is not None


def test_what_the_target_is_told_nothing_of_is_in_it_as_the_version_before(scene: Scene) -> None:
    first = scene.read_one("A")
    scene.finish(first)
    second = scene.read_one("A", "received")
    assert scene.settle(scene.held(second), replace(done(None), stands=True))
    assert (detail(scene, second).figure, detail(scene, second).target_id) == (Figure.IN_TARGET, "T1")
    assert sent(scene, second).sent_id == first


def test_a_write_without_an_answer_is_in_doubt(scene: Scene) -> None:
    record = scene.read_one("A")
    scene.map(record)
    scene.sent(scene.held(record, Step.LOAD))
    assert detail(scene, record).in_doubt
    assert not detail(scene, scene.read_one("B")).in_doubt


def test_no_other_documents_are_looked_at_than_those_of_the_period(worn: Scene) -> None:
    invoices, period = flow(worn), accounting_period.read("2019")

    def nothing(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            assert ledger.reckoning.chosen(tx, invoices, period) == []

    assert costly(worn, nothing) == {}


def test_master_data_that_was_compared_is_found_without_looking_at_other_events(worn: Scene) -> None:
    def standing(scene: Scene) -> list[ledger.drift.Standing]:
        with ledger.transaction.transaction(scene.ledger, actor="beat") as tx:
            return ledger.drift.standing(tx)

    assert costly(worn, standing) == {}


def test_an_alert_of_drift_stands_until_nothing_differs(scene: Scene) -> None:
    scene.change("UPDATE flows SET enabled = name = 'suppliers'")
    for flow_name, differences, stands in (
        ("acme/invoices", 5, []),
        ("acme/suppliers", 3, [("acme/suppliers", 3)]),
        ("acme/suppliers", 0, []),
    ):
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            ledger.drift.note(tx, flow_name, {"differences": differences})
            assert [(one.flow, one.differences) for one in ledger.drift.standing(tx)] == stands
