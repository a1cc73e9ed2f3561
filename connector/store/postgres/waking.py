"""Beat looks every second what is due; whoever makes something due that is urgent wakes it before.

A wake-up is heard when its transaction commits. One that is lost costs the rest of that second: behind a pooler that
hands a session to somebody else after each transaction, none is heard.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from connector.domain.errors import ConfigurationError, ConnectorError
from connector.store.postgres.address import address
from connector.store.postgres.engine import open_single, translating_database_errors

if TYPE_CHECKING:
    from connector.store.postgres.transaction import Transaction

_WAKE = sa.text("SELECT pg_notify('ml_connector_due', '')")
_LISTEN = sa.text("LISTEN ml_connector_due")
#: a server that cannot be reached is not asked again sooner
_AGAIN_SECONDS = 10.0


def wake(tx: Transaction) -> None:
    """Wake every beat when this transaction commits."""
    tx.rows(_WAKE)


class Sleeper:
    """Waits over a connection of its own, which no other question uses; use it from one thread."""

    def __init__(self, database_url: str) -> None:
        self._engine = open_single(database_url)
        self._connection: sa.Connection | None = None
        self._not_before = 0.0
        # Whoever has the session after the transaction would hear it.
        self._deaf = address(database_url).transaction_pooling

    def sleep(self, seconds: float) -> bool:
        """Wait so long at most; returns whether somebody woke us."""
        deadline = time.monotonic() + seconds
        try:
            return self._heard(self._listening(), deadline)
        except (ConnectorError, SQLAlchemyError, psycopg.Error, OSError, ValueError):
            self.close()
            self._not_before = time.monotonic() + _AGAIN_SECONDS
        time.sleep(max(0.0, deadline - time.monotonic()))
        return False

    def close(self) -> None:
        """Leave the server, until somebody sleeps again."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _listening(self) -> Any:  # noqa: ANN401 - the driver's connection
        if self._connection is None:
            if self._deaf or time.monotonic() < self._not_before:
                raise ConfigurationError("not now")
            with translating_database_errors():
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._connection.execute(_LISTEN)
        return self._connection.connection.driver_connection

    def _heard(self, driver: Any, deadline: float) -> bool:  # noqa: ANN401 - likewise
        while not driver.pgconn.notifies():
            if not select.select([driver.fileno()], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return False
            driver.pgconn.consume_input()
        while driver.pgconn.notifies():
            pass  # several who wake us wake us once
        return True
