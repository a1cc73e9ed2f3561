from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.alert import Facts
from connector.domain.identity import new_id
from connector.store.beat import alerts, canaries
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.beat.canaries import Queue
    from connector.store.ledger import Ledger

BOUND = dt.timedelta(minutes=120)
FACTS = Facts(found="it is silent", advice="restart it")


@pytest.fixture(autouse=True)
def _minutes_for_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes while a test runs means nothing."""
    for bound in ("EVERY", "LOST", "_ALIVE"):
        monkeypatch.setattr(canaries, bound, 60 * getattr(canaries, bound))


QUEUES = ("map", "load")


def send(ledger: Ledger, *queues: str, empty: tuple[str, ...] = ()) -> dict[str, UUID]:
    return dict(ledger.recovery.due_canaries(queues, empty))


def later(ledger: Ledger, minutes: int) -> None:
    """Let time pass for canaries and workers."""
    with ledger.begin() as connection:
        for statement in (
            "UPDATE canaries SET sent_at = sent_at - :ago, waiting_since = waiting_since - :ago",
            "UPDATE workers SET turned_at = turned_at - :ago, heartbeat_at = heartbeat_at - :ago",
        ):
            connection.execute(sa.text(statement), {"ago": dt.timedelta(minutes=minutes)})


def look(ledger: Ledger, name: str) -> Queue:
    with ledger.begin() as connection:
        found = {queue.name: queue for queue in canaries.list_(Transaction(connection), BOUND)}
    return found[name]


def work(ledger: Ledger, worker: UUID, turned_ago: int | None, busy_with: UUID | None = None) -> None:
    ago = None if turned_ago is None else dt.timedelta(minutes=turned_ago)
    busy = [busy_with] if busy_with else []
    ledger.heartbeat(worker, host="here", pid=1, kind="worker", busy_with=busy, queues=["load"], turned_ago=ago)


def test_one_canary_waits_on_a_queue_however_long_nobody_takes_it(ledger: Ledger) -> None:
    assert set(send(ledger, *QUEUES)) == set(QUEUES)
    for _ in range(5):
        later(ledger, 3600)
        assert send(ledger, *QUEUES) == {}


def test_a_canary_that_is_on_no_queue_any_more_was_lost_and_goes_again(ledger: Ledger) -> None:
    first = send(ledger, "load")["load"]
    assert send(ledger, "load", empty=("load",)) == {}, "it may be in a worker's hands at this moment"
    later(ledger, 11)

    second = send(ledger, "load", empty=("load",))["load"]
    assert ledger.canary_came_back(second, new_id(), "map") is False, "somebody moved it to a queue that is alive"

    assert ledger.canary_came_back(first, new_id(), "load") is False
    waits = look(ledger, "load").waits
    assert waits is not None
    assert waits > dt.timedelta(minutes=10), "the wait began with the first one"
    assert ledger.canary_came_back(second, new_id(), "load") is True


def test_the_next_canary_follows_when_one_came_back_and_not_at_once(ledger: Ledger) -> None:
    first = send(ledger, "load")["load"]
    assert ledger.canary_came_back(first, new_id(), "load") is True
    assert ledger.canary_came_back(first, new_id(), "load") is False, "a message that comes twice changes nothing"
    assert send(ledger, "load") == {}
    later(ledger, 6)
    assert send(ledger, "load")["load"] != first
    later(ledger, 119)
    assert not look(ledger, "load").silent(BOUND)
    later(ledger, 2)
    assert look(ledger, "load").silent(BOUND)


def test_a_queue_that_nobody_takes_from_is_silent(ledger: Ledger) -> None:
    send(ledger, "load")
    assert not look(ledger, "load").silent(BOUND)
    later(ledger, 121)
    found = look(ledger, "load")
    assert found.silent(BOUND)
    assert (found.takers, found.busy) == (0, 0)


@pytest.mark.parametrize(
    ("turned_ago", "silent"),
    [
        pytest.param(60, False, id="it works off what stands before the canary"),
        pytest.param(121, True, id="it is in the middle of the same task all the time"),
        pytest.param(None, True, id="it lives and never took anything"),
    ],
)
def test_a_heartbeat_alone_keeps_no_queue_alive(ledger: Ledger, turned_ago: int | None, *, silent: bool) -> None:
    send(ledger, "load")
    later(ledger, 200)
    work(ledger, new_id(), turned_ago, busy_with=new_id())
    found = look(ledger, "load")
    assert (found.takers, found.busy) == (1, 1)
    assert found.silent(BOUND) is silent


def test_an_alert_is_raised_once_and_taken_back_once(ledger: Ledger) -> None:
    def changed(*standing: tuple[str, str]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        with ledger.begin() as connection:
            return alerts.changed(Transaction(connection), ["queue.silent"], dict.fromkeys(standing, FACTS))

    with ledger.begin() as connection:
        alerts.changed(Transaction(connection), ["work.unfinished"], {("work.unfinished", "records"): FACTS})
    load, map_ = ("queue.silent", "load"), ("queue.silent", "map")
    assert changed(load) == ({load}, set())
    assert changed(load) == (set(), set())
    assert changed(load, map_) == ({map_}, set())
    assert changed(map_) == (set(), {load})
    assert changed() == (set(), {map_})
    assert changed() == (set(), set()), "another kind is none of its business"
