from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.errors import StoreUnavailable
from connector.store.postgres.engine import open_engine, translating_database_errors
from connector.store.postgres.patience import GRACE_SECONDS, STATEMENT_SECONDS
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = sa.text("SELECT pg_sleep(1)")
#: until the server itself ends it
ENDLESS = sa.text("SELECT pg_sleep(600)")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    made = open_engine(database_url, pool_size=1)
    yield made
    made.dispose()


def driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


def test_an_answer_that_is_overdue_is_no_longer_waited_for_and_the_next_connection_is_a_new_one(
    engine: sa.Engine,
) -> None:
    with engine.connect() as connection:
        driver(connection).patience = 0.2
        lost = driver(connection).info.backend_pid
        with pytest.raises(StoreUnavailable, match="cannot be reached"), translating_database_errors():
            connection.execute(ENDLESS)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one() != lost
        connection.execute(sa.text("SELECT pg_terminate_backend(:lost)"), {"lost": lost})


def test_who_takes_time_is_waited_for_and_the_next_user_of_the_connection_is_impatient_again(
    engine: sa.Engine,
) -> None:
    with engine.connect() as connection:
        driver(connection).patience = 0.2
        Transaction(connection).take_time(None)
        connection.execute(SLOW)
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar_one() == "0"
    with engine.connect() as connection:
        assert driver(connection).patience == STATEMENT_SECONDS + GRACE_SECONDS
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar_one() == f"{STATEMENT_SECONDS}s"
