from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.record import State
from connector.store.postgres.waking import SOON, Sleeper, wake
from tests.store.scene import RETRY
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.store.scene import Scene


@pytest.fixture
def sleeper(database_url: str) -> Iterator[Sleeper]:
    with closing(Sleeper(database_url)) as sleeper:
        assert not sleeper.sleep(0.0), "it listens from now on"
        yield sleeper


def _rests(scene: Scene, rest: dt.timedelta) -> UUID:
    record_id = scene.read_one("INV-1")
    assert scene.settle(scene.held(record_id), replace(RETRY, state=State.EXTRACTED, due_in=rest))
    return record_id


def _woken(scene: Scene, sleeper: Sleeper) -> bool:
    """Whether it hears what is urgent, and so all that was said before."""
    scene.ledger.transact(lambda unit: wake(unit.tx))
    return sleeper.sleep(HANG_SECONDS)


def test_what_rests_for_a_moment_wakes_beat_when_it_is_due(scene: Scene, sleeper: Sleeper) -> None:
    record_id = _rests(scene, dt.timedelta(milliseconds=1))
    assert sleeper.sleep(HANG_SECONDS)
    assert scene.claim(record_id) is not None


def test_what_rests_for_long_wakes_nobody(scene: Scene, sleeper: Sleeper) -> None:
    _rests(scene, SOON + dt.timedelta(seconds=1))
    assert _woken(scene, sleeper)
    assert not sleeper._due


def test_what_is_urgent_does_not_wait_for_what_rests(scene: Scene, sleeper: Sleeper) -> None:
    _rests(scene, SOON)
    assert _woken(scene, sleeper)
    assert len(sleeper._due) == 1, "it wakes beat all the same, later"
