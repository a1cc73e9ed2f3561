"""What is seen at a glance is counted from indexes: what waits may be much, and lies all over its table."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.store import operator as ledger
from connector.store.operator.overview import Held
from tests.store.history import WAITING, costly, worn_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.store.operator.transaction import OperatorTransaction
    from tests.store.scene import Scene


def scans(
    scene: Scene, does: Callable[[OperatorTransaction], object], table: str = "records", by: str = "Node Type"
) -> set[str]:
    """How a table is looked at, by the statements of what is done."""
    plans = []

    def explain(connection: sa.Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            plans.append(cursor.fetchone()[0][0]["Plan"])

    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        sa.event.listen(scene.ledger.engine, "before_cursor_execute", explain)
        try:
            does(tx)
        finally:
            sa.event.remove(scene.ledger.engine, "before_cursor_execute", explain)
    return {node.get(by, "") for plan in plans for node in _nodes(plan) if node.get("Relation Name") == table}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


@pytest.mark.parametrize("does", [ledger.overview.held, ledger.flows.list_])
def test_what_is_under_way_is_counted_without_opening_rows(
    scene: Scene, does: Callable[[OperatorTransaction], object]
) -> None:
    assert scans(worn_out(scene), does) == {"Index Only Scan"}


def test_messages_about_a_document_are_found_by_an_index_whoever_sent_them(scene: Scene) -> None:
    scene.change(
        "INSERT INTO received_messages (id, connection_id, message_id, message_key, digest, body) SELECT "
        "gen_random_uuid(), c.id, n::text, 'K' || n / 2, '', '' FROM connections c, generate_series(1, 5000) n"
    )
    scene.alter("ANALYZE received_messages")
    wanted = ledger.messages.Filter(key="K1000")
    for does in (
        lambda tx: ledger.messages.list_(tx, wanted, tenants="{}", most=101),
        lambda tx: ledger.messages.count(tx, wanted, most=101),
    ):
        used = scans(scene, does, "received_messages", "Index Name") - {""}  # a bitmap names it below
        assert used <= {"ix_received_messages_message_key"}
        assert "Seq Scan" not in scans(scene, does, "received_messages")
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        found = ledger.messages.list_(tx, wanted, tenants="{}", most=101)
        assert {one.key for one in found} == {"K1000"}
        assert ledger.messages.count(tx, wanted, most=101) == len(found) > 0
        numbers = [one.number for one in found]
        assert numbers == sorted(numbers, reverse=True)


def test_what_is_held_is_counted_by_flow_and_hold(worn: Scene) -> None:
    worn.change("UPDATE records SET hold = 'park' WHERE source_key IN ('WAITS-7', 'WAITS-8')")
    worn.change("UPDATE records SET hold = NULL, waits_for = NULL WHERE source_key = 'WAITS-9'")
    with ledger.transaction.transaction(worn.ledger, actor="operator:a") as tx:
        for flow in (None, worn.invoices):
            found = {(one.flow_id, one.hold): one.records for one in ledger.overview.held(tx, flow)}
            assert found == {
                (worn.invoices, "gate"): WAITING - 3,
                (worn.invoices, "park"): 2,
                (worn.invoices, ""): 1,
            }
        assert ledger.overview.held(tx, worn.suppliers) == []
        assert all(isinstance(one, Held) for one in ledger.overview.held(tx))


def test_flows_are_listed_with_what_they_hold(worn: Scene) -> None:
    with ledger.transaction.transaction(worn.ledger, actor="operator:a") as tx:
        found = {flow.id: flow for flow in ledger.flows.list_(tx)}
    asked = worn.ask(
        "SELECT count(*) AS under_way, count(*) FILTER (WHERE hold IN ('gate', 'park')) AS waiting FROM records "
        "WHERE flow_id = :flow AND state IN ('extracted', 'mapped', 'loaded')",
        flow=worn.invoices,
    )
    assert (found[worn.invoices].under_way, found[worn.invoices].waiting) == tuple(asked[0])
    assert (found[worn.suppliers].under_way, found[worn.suppliers].waiting) == (0, 0)


def test_what_stays_of_the_last_hours_does_not_look_at_what_has_waited_for_longer(worn: Scene) -> None:
    now = worn.ask("SELECT now() AS now")[0].now

    def of_the_next_hour(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            assert ledger.arrivals.stays(tx, [now + dt.timedelta(hours=1)]) == []

    def of_today(scene: Scene) -> int:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            return sum(one.waits + one.needs for one in ledger.arrivals.stays(tx, [now - dt.timedelta(days=1)]))

    assert of_today(worn) == WAITING
    assert costly(worn, of_the_next_hour) == {}


def test_what_came_since_the_last_count_is_read_without_all_summaries(worn: Scene) -> None:
    now = worn.ask("SELECT now() AS now")[0].now

    def of_today(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            read = ledger.arrivals.arrived(tx, now - dt.timedelta(days=1))
            assert sum(one.documents for one in read) == WAITING

    assert costly(worn, of_today, most=8 * WAITING) == {}
