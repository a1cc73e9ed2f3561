"""Pages of the audit trail by time: every event once, the oldest first, whatever lies before them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.store import operator as ledger
from tests.privileged import tampering, vacuum
from tests.store.history import buffers

if TYPE_CHECKING:
    from tests.store.scene import Scene

BEGAN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
EVENTS = 60_000


@pytest.fixture
def long(scene: Scene) -> Scene:
    """One event a minute for six weeks, in three partitions; every tenth worker's clock is half an hour late."""
    for month in range(1, 3):
        scene.alter(
            f"CREATE TABLE audit_events_2026_0{month} PARTITION OF audit_events "
            f"FOR VALUES FROM ('2026-0{month}-01 00:00+00') TO ('2026-0{month + 1}-01 00:00+00')"
        )
    insert = (
        "INSERT INTO audit_events (recorded_at, subject, name, actor, at, hash, previous) "
        "SELECT m, 'flow:acme/invoices', 'flow.changed', 'worker:' || n % 10, "
        "m - CASE WHEN n % 10 = 0 THEN interval '30 minutes' ELSE interval '0' END, '', '' "
        "FROM (SELECT n, CAST(:began AS timestamptz) + n * interval '1 minute' AS m FROM generate_series(1, :n) n) e"
    )
    with tampering(scene.ledger) as connection:  # no trigger: it would note each of them as the newest
        connection.execute(sa.text(insert), {"began": BEGAN, "n": EVENTS})
    vacuum(scene.ledger, "audit_events")
    return scene


def test_every_event_of_a_period_is_there_once_the_oldest_first(long: Scene) -> None:
    since, until = BEGAN + dt.timedelta(days=30), BEGAN + dt.timedelta(days=33)
    after: ledger.audit.Place = (since, 0)
    seen: list[ledger.audit.AuditEvent] = []
    while True:
        with ledger.transaction.transaction(long.ledger, actor="operator:jane") as tx:
            page = ledger.audit.page(tx, after=after, until=until)
        if not page:
            break
        seen += page
        after = (page[-1].at, page[-1].id)
    expected = long.ask(
        "SELECT id FROM audit_events WHERE at >= :since AND at < :until ORDER BY at, id", since=since, until=until
    )
    assert [event.id for event in seen] == [row.id for row in expected]
    assert len({event.id for event in seen}) == len(seen) == 3 * 24 * 60


def test_a_page_costs_what_is_on_it(long: Scene) -> None:
    period = {"at": BEGAN + dt.timedelta(days=25), "id": 0, "until": BEGAN + dt.timedelta(days=40)}
    pages = long.ask(
        "SELECT sum(pg_relation_size(inhrelid)) / 8192 AS n FROM pg_inherits WHERE inhparent = "
        "CAST('audit_events' AS regclass)"
    )[0].n
    assert pages > 800
    assert buffers(long, sa.text(ledger.audit.PAGE), **period, most=1000) < 200
