from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.errors import StoreUnavailable
from connector.store.audit import gathering, trail
from connector.store.postgres import months
from connector.store.postgres.months import AUDIT_EVENTS
from connector.store.postgres.transaction import Transaction
from tests.privileged import tampering
from tests.store.scene import AT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.store.scene import Scene

TODAY = dt.date(2050, 7, 1)
FLOW = "flow:acme/invoices"


def prepare(scene: Scene, today: dt.date, ahead: int) -> list[str]:
    with scene.ledger.begin() as connection:
        return months.prepare(connection, AUDIT_EVENTS, today=today, ahead=ahead)


def write(scene: Scene, recorded_at: str = "") -> None:
    """One more event of a flow, at a moment by the database's clock."""
    event = trail.event(FLOW, "flow.changed", actor="operator:jane", at=AT, detail={"when": recorded_at})
    with scene.ledger.begin() as connection:
        trail.append(Transaction(connection), event)
    if recorded_at:
        with tampering(scene.ledger) as connection:
            connection.execute(
                sa.text("UPDATE audit_events SET recorded_at = CAST(:at AS timestamptz) WHERE hash = :hash"),
                {
                    "at": recorded_at,
                    "hash": connection.execute(
                        sa.text("SELECT hash FROM audit_events ORDER BY id DESC LIMIT 1")
                    ).scalar_one(),
                },
            )


def where(scene: Scene) -> dict[str, int]:
    """How many events lie in which partition."""
    found = scene.ask(
        "SELECT CAST(CAST(tableoid AS regclass) AS text) AS name, count(*) AS n FROM audit_events GROUP BY 1 ORDER BY 1"
    )
    return {row.name: row.n for row in found}


@pytest.fixture
def forgotten(scene: Scene) -> Scene:
    """Events of two months that nobody made partitions for, all of them sealed."""
    for moment in ("2050-05-31 23:59:59.999999+00", "2050-06-01 00:00+00", "2050-06-30 12:00+00"):
        write(scene, moment)
    assert scene.seal() == 3
    assert where(scene) == {"audit_events_default": 3}
    return scene


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


def test_a_month_whose_events_already_went_elsewhere_is_not_made_ahead(forgotten: Scene) -> None:
    assert prepare(forgotten, dt.date(2050, 4, 1), 3) == ["audit_events_2050_04", "audit_events_2050_07"]


def test_records_move_on_while_a_partition_is_being_made(scene: Scene) -> None:
    with scene.ledger.begin() as connection:
        months.prepare(connection, AUDIT_EVENTS, today=dt.date(2060, 1, 1), ahead=0)
        scene.finish(scene.read_one("INV-1"))
    assert scene.ledger.verify() == []


def test_events_of_months_nobody_made_move_to_partitions_that_refuse_every_change(forgotten: Scene) -> None:
    assert gathering.gather(forgotten.ledger.begin, today=TODAY) == 3
    assert gathering.gather(forgotten.ledger.begin, today=TODAY) == 0
    assert where(forgotten) == {"audit_events_2050_05": 1, "audit_events_2050_06": 2}
    assert forgotten.ledger.verify() == []
    for name in ("audit_events", "audit_events_2050_05", "audit_events_default"):
        write(forgotten, "2055-01-01 00:00+00")
        for change in ("DELETE FROM {}", "UPDATE {} SET actor = 'nobody'", "TRUNCATE {}"):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                forgotten.alter(change.format(name))


def test_the_partition_of_a_moved_month_has_the_indexes_of_any_other(forgotten: Scene) -> None:
    def indexes(partition: str) -> list[tuple[str, bool]]:
        found = forgotten.ask(
            "SELECT regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '') AS index, p.inhparent IS NOT NULL "
            "AS attached FROM pg_index i LEFT JOIN pg_inherits p ON p.inhrelid = i.indexrelid "
            "WHERE i.indrelid = CAST(:name AS regclass) ORDER BY 1",
            name=partition,
        )
        return [(row.index, row.attached) for row in found]

    gathering.gather(forgotten.ledger.begin, today=TODAY)
    assert indexes("audit_events_2050_06") == indexes("audit_events_default")


def test_housekeeping_says_what_moved(forgotten: Scene) -> None:
    assert forgotten.ledger.housekeeping().endswith("moved 3 events to the partition of their month")


def test_who_is_killed_in_the_middle_leaves_everything_where_it_was(forgotten: Scene) -> None:
    @contextmanager
    def killed() -> Iterator[sa.Connection]:
        with forgotten.ledger.begin() as connection:
            yield connection
            if connection.execute(sa.text("SELECT to_regclass('audit_events_2050_05') IS NOT NULL")).scalar_one():
                connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        gathering.gather(killed, today=TODAY)
    assert where(forgotten) == {"audit_events_default": 3}
    assert gathering.gather(forgotten.ledger.begin, today=TODAY) == 3
    assert forgotten.ledger.verify() == []


def test_a_table_that_somebody_uses_for_long_is_left_alone_until_the_next_time(forgotten: Scene) -> None:
    with forgotten.ledger.begin() as reader:
        reader.execute(sa.text("SELECT FROM audit_events LIMIT 1"))
        assert gathering.gather(forgotten.ledger.begin, today=TODAY) == 0
        write(forgotten)
    assert gathering.gather(forgotten.ledger.begin, today=TODAY) == 3
    assert forgotten.ledger.verify() == []


def test_what_an_operator_detached_is_not_put_back(forgotten: Scene) -> None:
    forgotten.alter("CREATE TABLE audit_events_2050_05 (LIKE audit_events)")
    assert gathering.gather(forgotten.ledger.begin, today=TODAY) == 2
    assert where(forgotten) == {"audit_events_2050_06": 2, "audit_events_default": 1}


@pytest.fixture
def late(scene: Scene) -> Scene:
    """A ledger without a partition of the month in which it is written to."""
    for row in scene.ask(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_events'::regclass"
    ):
        if row.name != AUDIT_EVENTS.default:
            scene.alter(f"DROP TABLE {row.name}")
    write(scene)
    assert list(where(scene)) == [AUDIT_EVENTS.default]
    return scene


def today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def waiting(scene: Scene) -> bool:
    return bool(scene.ask("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


def test_a_writer_who_waited_for_the_move_goes_on_in_the_new_partition(late: Scene) -> None:
    written: list[Callable[[], None]] = []
    with ThreadPoolExecutor(1) as pool:

        @contextmanager
        def slowly() -> Iterator[sa.Connection]:
            with late.ledger.begin() as connection:
                yield connection
                moved = connection.execute(sa.text("SELECT NOT EXISTS (SELECT FROM audit_events_default)")).scalar_one()
                if moved and not written:
                    written.append(pool.submit(write, late).result)
                    while not waiting(late):
                        pass

        assert gathering.gather(slowly, today=today()) == 1
        written[0]()
    assert list(where(late).values()) == [2]
    assert AUDIT_EVENTS.default not in where(late)
    assert late.ledger.verify() == []


def test_nothing_is_lost_of_what_is_written_while_a_month_moves(late: Scene) -> None:
    moved = threading.Event()

    def go_on(number: int) -> int:
        rounds = 0
        while not moved.is_set() or rounds < 3:
            write(late) if number else late.read_one(f"INV-{rounds}")
            rounds += 1
        return rounds

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(go_on, number) for number in range(2)]
        while not gathering.gather(late.ledger.begin, today=today()):
            pass
        moved.set()
        written = sum(writer.result() for writer in writers)
    assert list(where(late).values()) == [written + 1]
    assert AUDIT_EVENTS.default not in where(late)
    assert late.ledger.verify() == []
