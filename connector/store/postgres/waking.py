"""Beat looks every second what is due; whoever makes something due that is urgent, or soon, wakes it before or then.

A wake-up is heard when its transaction commits. One that is lost costs the rest of that second: behind a pooler that
hands a session to somebody else after each transaction, none is heard.
"""

from __future__ import annotations

import datetime as dt
import heapq
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
    from collections.abc import Iterable

    from connector.store.postgres.transaction import Transaction

_WAKE = sa.text("SELECT pg_notify('ml_connector_due', :when)")
_LISTEN = sa.text("LISTEN ml_connector_due")
#: a server that cannot be reached is not asked again sooner
_AGAIN_SECONDS = 10.0
#: of what rests longer, the rest of a second is nothing
SOON = dt.timedelta(seconds=10)
#: what falls due within this time is looked at together
_TOGETHER_SECONDS = 0.2


def wake(tx: Transaction) -> None:
    """Wake every beat when this transaction commits."""
    tx.rows(_WAKE, when="")


def wake_after(tx: Transaction, rests: Iterable[dt.timedelta]) -> None:
    """Wake every beat when these are over; those that are not soon need no waking."""
    tenths = {1 + int(10 * rest.total_seconds()) for rest in rests if rest <= SOON}
    if tenths:
        tx.rows(_WAKE, when=" ".join(f"{tenth / 10}" for tenth in sorted(tenths)))


class Sleeper:
    """Waits over a connection of its own, which no other question uses; use it from one thread."""

    def __init__(self, database_url: str) -> None:
        self._engine = open_single(database_url)
        self._connection: sa.Connection | None = None
        self._not_before = 0.0
        #: when something falls due, as a heap
        self._due: list[float] = []
        # Whoever has the session after the transaction would hear it.
        self._deaf = address(database_url).transaction_pooling

    def sleep(self, seconds: float) -> bool:
        """Wait so long at most; returns whether somebody woke us, or something is due that rested shortly."""
        began = time.monotonic()
        try:
            return self._heard(self._listening(), began, began + seconds)
        except (ConnectorError, SQLAlchemyError, psycopg.Error, OSError, ValueError):
            self.close()
            self._not_before = time.monotonic() + _AGAIN_SECONDS
        time.sleep(max(0.0, began + seconds - time.monotonic()))
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

    def _heard(self, driver: Any, began: float, deadline: float) -> bool:  # noqa: ANN401 - likewise
        while not self._told(driver):
            soonest = max(self._due[0], began + _TOGETHER_SECONDS) if self._due else deadline
            left = max(0.0, min(soonest, deadline) - time.monotonic())
            if not select.select([driver.fileno()], [], [], left)[0]:
                return self._fell_due()
            driver.pgconn.consume_input()
        self._fell_due()
        return True

    def _told(self, driver: Any) -> bool:  # noqa: ANN401 - likewise
        """Whether somebody woke us: several who do wake us once."""
        woken = False
        while told := driver.pgconn.notifies():
            woken |= not told.extra
            for seconds in told.extra.split():
                heapq.heappush(self._due, time.monotonic() + float(seconds))
        return woken

    def _fell_due(self) -> bool:
        """Forget what is due by now: whoever wakes looks at it."""
        before = len(self._due)
        while self._due and self._due[0] <= time.monotonic():
            heapq.heappop(self._due)
        return len(self._due) < before
