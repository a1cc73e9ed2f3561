"""A connection whose server is gone is not given out, whether it was used a moment ago or long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.store.postgres.address import address
from connector.store.postgres.engine import open_engine, open_single
from connector.store.postgres.still_there import FRESH_SECONDS, ask_before_use

if TYPE_CHECKING:
    from collections.abc import Iterator

PID = sa.text("SELECT pg_backend_pid()")
LAST = sa.text("SELECT query FROM pg_stat_activity WHERE pid = :pid")
END = sa.text("SELECT pg_terminate_backend(:pid, 60000)")
A_MOMENT, LONG = FRESH_SECONDS / 2, FRESH_SECONDS * 2


class Hand:
    """A clock moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def engine(database_url: str, hand: Hand) -> Iterator[sa.Engine]:
    made = ask_before_use(sa.create_engine(address(database_url).url, pool_size=2), clock=hand)
    yield made
    made.dispose()


@pytest.fixture
def outside(database_url: str) -> Iterator[sa.Connection]:
    single = open_single(database_url)
    with single.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    single.dispose()


def used(engine: sa.Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(PID).scalar_one()


@pytest.mark.parametrize(("since", "asked"), [(A_MOMENT, False), (LONG, True)])
def test_a_server_is_asked_before_use_unless_it_has_answered_a_moment_ago(
    engine: sa.Engine, outside: sa.Connection, hand: Hand, since: float, *, asked: bool
) -> None:
    pid = used(engine)
    before = outside.execute(LAST, {"pid": pid}).scalar_one()
    hand.now += since
    with engine.connect():
        after = outside.execute(LAST, {"pid": pid}).scalar_one()
    assert (after != before) == asked


@pytest.mark.parametrize("since", [0.0, A_MOMENT, LONG])
def test_after_a_restart_of_its_server_the_next_use_finds_a_new_connection(
    engine: sa.Engine, outside: sa.Connection, hand: Hand, since: float
) -> None:
    with engine.connect() as one, engine.connect() as another:
        pids = {connection.execute(PID).scalar_one() for connection in (one, another)}
    for pid in pids:
        assert outside.execute(END, {"pid": pid}).scalar_one()
    hand.now += since
    with engine.connect() as one, engine.connect() as another:
        assert pids.isdisjoint(connection.execute(PID).scalar_one() for connection in (one, another))


def test_the_pool_of_a_process_is_such_a_pool(database_url: str, outside: sa.Connection) -> None:
    engine = open_engine(database_url)
    pid = used(engine)
    outside.execute(END, {"pid": pid})
    assert used(engine) != pid
    engine.dispose()
