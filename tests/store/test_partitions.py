from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.store import audit, partitions
from tests.store.scene import AT

if TYPE_CHECKING:
    from tests.store.scene import Scene


def prepare(scene: Scene, today: dt.date, months: int) -> list[str]:
    with scene.ledger.begin() as connection:
        return partitions.prepare(connection, today=today, months=months)


def test_months_are_made_once_across_the_turn_of_the_year(scene: Scene) -> None:
    assert prepare(scene, dt.date(2039, 11, 20), 2) == [
        "audit_events_2039_11",
        "audit_events_2039_12",
        "audit_events_2040_01",
    ]
    assert prepare(scene, dt.date(2039, 12, 31), 1) == []


def test_events_of_this_month_go_to_its_own_partition(scene: Scene) -> None:
    scene.read_one("INV-1")
    [row] = scene.ask(
        "SELECT CAST(CAST(tableoid AS regclass) AS text) AS name, to_char(recorded_at, 'YYYY_MM') AS month "
        "FROM audit_events"
    )
    assert row.name == f"audit_events_{row.month}"


def test_a_month_whose_events_already_went_elsewhere_is_left_alone(scene: Scene) -> None:
    event = audit.event("flow:acme/invoices", "flow.changed", actor="operator:jane", at=AT, detail={})
    scene.change(
        "INSERT INTO audit_events (recorded_at, subject, name, actor, at, hash, previous) "
        "VALUES ('2050-05-05 00:00+00', :subject, :name, :actor, :at, :hash, :previous)",
        subject=event.subject,
        name=event.name,
        actor=event.actor,
        at=event.at,
        hash=event.hash_after(bytes(32)),
        previous=bytes(32),
    )
    assert prepare(scene, dt.date(2050, 4, 1), 2) == ["audit_events_2050_04", "audit_events_2050_06"]


def test_records_move_on_while_a_partition_is_being_made(scene: Scene) -> None:
    with scene.ledger.begin() as connection:
        partitions.prepare(connection, today=dt.date(2060, 1, 1), months=0)
        scene.finish(scene.read_one("INV-1"))
    assert scene.ledger.verify() == []
