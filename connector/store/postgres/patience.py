"""A Postgres connection that gives up a server it hears nothing from.

The server ends every statement of ours after a while (``statement_timeout``). When not even that answer comes, the
network between has swallowed it. Keepalives cannot tell when a proxy or a NAT still answers them; only a clock can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import errors

if TYPE_CHECKING:
    from psycopg.abc import PQGen

#: after so many seconds the server ends a statement
STATEMENT_SECONDS = 25
#: so much later its answer is overdue
GRACE_SECONDS = 5

_TAKE_TIME = sa.text("SELECT set_config('statement_timeout', :timeout, true)")
_Value = TypeVar("_Value")


class ImpatientConnection(psycopg.Connection[Any]):
    """Raises OperationalError when an answer is overdue, and is closed then."""

    #: seconds until an answer is overdue; None waits for ever
    patience: float | None = STATEMENT_SECONDS + GRACE_SECONDS

    def wait(self, gen: PQGen[_Value], interval: float = 0.1, timeout: float | None = None) -> _Value:
        """Wait for the server, but not for ever."""
        try:
            return super().wait(gen, interval=interval, timeout=self.patience if timeout is None else timeout)
        except errors._WaitTimeout:  # noqa: SLF001 - it has no public name
            self.pgconn.finish()
            raise psycopg.OperationalError("no answer from the server") from None


def take_time(connection: sa.Connection, seconds: int | None) -> None:
    """Let each statement of the open transaction take so long; None for as long as it needs."""
    driver: Any = connection.connection.driver_connection
    driver.patience = None if seconds is None else seconds + GRACE_SECONDS
    connection.execute(_TAKE_TIME, {"timeout": f"{seconds or 0}s"})
