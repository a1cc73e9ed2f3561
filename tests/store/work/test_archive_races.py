"""Whoever comes to a document while it goes to the archive waits, and finds it there."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.record import State
from connector.store.operator import doubt, records, transaction
from connector.store.work.archive import archive
from tests.store.scene import ACTOR
from tests.store.work.test_archive import NOW, loaded, months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from uuid import UUID

    from tests.store.scene import Scene


def changed(scene: Scene, _: UUID) -> None:
    assert scene.record(scene.read_one("INV-1", "second")).version == 2


def listed_again(scene: Scene, record_id: UUID) -> None:
    with scene.ledger.unit() as unit:
        unit.reopening.reopen({record_id: b"sealed"}, actor=ACTOR)
        unit.commit()
    assert scene.record(record_id).state == State.LOADED


def sent_again(scene: Scene, record_id: UUID) -> None:
    with transaction.transaction(scene.ledger, actor="operator:test") as tx:
        assert records.locked(tx, record_id).record_id == record_id


def answered_for(scene: Scene, record_id: UUID) -> None:
    with transaction.transaction(scene.ledger, actor="operator:test") as tx:
        (version,) = doubt.lock(tx, record_id)
        assert version.record.record_id == record_id


@pytest.mark.parametrize("comes", [changed, listed_again, sent_again, answered_for])
def test_whoever_comes_while_it_goes_brings_it_back(scene: Scene, comes: Callable[[Scene, UUID], None]) -> None:
    record_id = loaded(scene, "INV-1")
    come: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:

        @contextmanager
        def slowly() -> Iterator[sa.Connection]:
            with scene.ledger.begin() as connection:
                yield connection
                gone = connection.execute(sa.text("SELECT NOT EXISTS (SELECT FROM records)")).scalar_one()
                if gone and not come:
                    come.append(pool.submit(comes, scene, record_id))
                    while not waiting(scene) and not come[0].done():
                        pass

        assert archive(slowly, after=dt.timedelta(days=90), now=NOW)[0] == 1
        come[0].result()
    assert set(months(scene)) == {"records"}


def waiting(scene: Scene) -> bool:
    return bool(scene.ask("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
