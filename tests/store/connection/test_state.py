from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.bootstrap import REOPEN_SECONDS
from connector.domain.errors import UnknownName
from connector.domain.journey import Change, Step
from connector.domain.record import Hold, State
from connector.store.connection.state import NEW_CREDENTIALS_SEEN, OPENS_AT, PROBE, PROBING
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.connection.state import LedgerConnections
    from tests.store.scene import Scene

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def connections(scene: Scene) -> Iterator[LedgerConnections]:
    with scene.ledger.unit() as unit:
        yield unit.connections


def left(connections: LedgerConnections) -> dt.timedelta:
    found = connections.pause_left("jaggaer")
    assert found is not None
    return found[0]


def fail(connections: LedgerConnections, times: int) -> None:
    for _ in range(times):
        connections.failed("jaggaer", "503")


def test_a_connection_is_free_until_somebody_says_otherwise(connections: LedgerConnections) -> None:
    assert connections.pause_left("jaggaer") is None
    assert connections.pause_left("unknown") is None


def test_the_longest_pause_counts(connections: LedgerConnections) -> None:
    connections.pause("jaggaer", MINUTE, "429")
    connections.pause("jaggaer", dt.timedelta(seconds=5), "429 again")
    assert left(connections) > dt.timedelta(seconds=50)
    assert connections.pause_left("qad") is None


def test_a_stopped_connection_says_why_until_it_is_resumed(connections: LedgerConnections) -> None:
    connections.stop("jaggaer", "The password was refused.")
    connections.succeeded("jaggaer")
    found = connections.pause_left("jaggaer")
    assert found is not None
    assert found[1] == "The password was refused."
    connections.resume("jaggaer")
    assert connections.pause_left("jaggaer") is None


def test_enough_failures_in_a_row_open_the_breaker(connections: LedgerConnections) -> None:
    fail(connections, OPENS_AT - 1)
    assert connections.pause_left("jaggaer") is None
    connections.succeeded("jaggaer")
    fail(connections, OPENS_AT - 1)
    assert connections.pause_left("jaggaer") is None
    fail(connections, 1)
    assert left(connections) > dt.timedelta(seconds=9)


def test_requests_that_were_under_way_when_it_opened_do_not_open_it_for_longer(connections: LedgerConnections) -> None:
    fail(connections, OPENS_AT + 6)
    assert left(connections) <= dt.timedelta(seconds=10)


def test_when_its_time_is_over_one_request_finds_out_and_the_others_wait(scene: Scene) -> None:
    with scene.ledger.unit() as unit:
        fail(unit.connections, OPENS_AT)
        unit.commit()
    scene.change("UPDATE connections SET paused_until = now() WHERE name = 'jaggaer'")
    with scene.ledger.unit() as unit:
        assert unit.connections.pause_left("jaggaer") is None
        assert unit.connections.pause_left("jaggaer") == (PROBE, PROBING)
        unit.connections.failed("jaggaer", "503")
        assert left(unit.connections) > dt.timedelta(seconds=15)
        unit.connections.succeeded("jaggaer")
        assert unit.connections.pause_left("jaggaer") is None


def test_of_two_that_ask_in_the_same_moment_one_finds_out(scene: Scene) -> None:
    with scene.ledger.unit() as unit:
        fail(unit.connections, OPENS_AT)
        unit.commit()
    scene.change("UPDATE connections SET paused_until = now() WHERE name = 'jaggaer'")

    def ask() -> tuple[dt.timedelta, str] | None:
        with scene.ledger.unit() as unit:
            return unit.connections.pause_left("jaggaer")

    with ThreadPoolExecutor(1) as pool:
        with scene.ledger.unit() as unit:
            assert unit.connections.pause_left("jaggaer") is None
            second = pool.submit(ask)
            until(lambda: somebody_waits_for_a_lock(scene), "the second waits for the first")
            unit.commit()
        assert second.result(HANG_SECONDS) == (PROBE, PROBING)


def somebody_waits_for_a_lock(scene: Scene) -> bool:
    return bool(
        scene.ask(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
    )


def test_of_many_claims_to_load_one_finds_out_whether_the_target_works_again(scene: Scene) -> None:
    ids = scene.read(("INV-1", "one"), ("INV-2", "one"))
    for record_id in ids:
        scene.map(record_id)
    with scene.ledger.unit() as unit:
        fail(unit.connections, OPENS_AT)
        unit.commit()
    scene.change("UPDATE connections SET paused_until = now() WHERE name = 'jaggaer'")
    first = scene.held(ids[0], Step.LOAD)
    assert (first.paused_for, first.failures) == (None, OPENS_AT)
    # However long this test takes: the first is still finding out.
    scene.change("UPDATE connections SET paused_until = paused_until + interval '1 hour' WHERE name = 'jaggaer'")
    second = scene.held(ids[1], Step.LOAD)
    assert second.paused_for is not None
    assert second.paused_for > HOUR / 2
    assert second.paused_why == PROBING


def test_a_claim_says_how_long_its_target_is_paused(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    with scene.ledger.unit() as unit:
        unit.connections.pause("jaggaer", HOUR, "429")
        unit.commit()
    claim = scene.held(record_id, Step.LOAD)
    assert claim.paused_for is not None
    assert HOUR / 2 < claim.paused_for <= HOUR
    assert claim.paused_why == "429"


def test_a_claim_says_that_its_target_is_stopped(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    with scene.ledger.unit() as unit:
        unit.connections.stop("jaggaer", "password")
        unit.commit()
    assert scene.held(record_id, Step.LOAD).paused_why == "password"


def test_new_credentials_are_tried_when_every_process_has_seen_them(scene: Scene) -> None:
    assert dt.timedelta(seconds=REOPEN_SECONDS) < NEW_CREDENTIALS_SEEN
    record_id = scene.read_one("INV-1")
    paused = Change(
        state=State.EXTRACTED, event="record.paused", why="stopped", hold=Hold.CONNECTION, due_in=dt.timedelta(hours=1)
    )
    assert scene.settle(scene.held(record_id), paused)
    with scene.ledger.unit() as unit:
        assert unit.connections.resume("jaggaer", after=NEW_CREDENTIALS_SEEN) == 1
        left = unit.tx.value(sa.text("SELECT due_at - now() FROM records"))
    assert left == NEW_CREDENTIALS_SEEN


def test_resuming_a_connection_lets_what_it_held_go_on_at_once(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    paused = Change(
        state=State.EXTRACTED, event="record.paused", why="stopped", hold=Hold.CONNECTION, due_in=dt.timedelta(hours=1)
    )
    assert scene.settle(scene.held(record_id), paused)
    assert scene.claim(record_id) is None
    with scene.ledger.unit() as unit:
        assert unit.connections.resume("jaggaer") == 1
        unit.commit()
    assert scene.claim(record_id) is not None


def test_a_connection_is_read_by_name(scene: Scene) -> None:
    row = scene.ledger.connection("qad")
    assert (row.name, row.system, row.config) == ("qad", "qad", {})
    assert scene.vault.open(row.secrets, f"connections:{row.id}:secrets") == b'{"password":"canary"}'
    assert "canary" not in repr(row)


def test_an_unknown_connection_is_answered_with_those_that_exist(scene: Scene) -> None:
    with pytest.raises(UnknownName, match=r"no connection 'jagaer'.*Did you mean 'jaggaer'.*Known: jaggaer, qad"):
        scene.ledger.connection("jagaer")
