"""Whether the server of a connection from the pool is still there: it is asked before the connection is used again.

Not where it has answered within the last second, and has said nothing since: a server that ends a session, or is
stopped, says so and closes its end, which shows without a question. What does not show is a network that swallows
everything; within that second it is found by whoever waits for an answer, as it is by whoever asks.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    from collections.abc import Callable

#: for so long after its last use a connection is taken as it is
FRESH_SECONDS = 1.0
_USED = "last used"


def ask_before_use(engine: sa.Engine, *, clock: Callable[[], float] = time.monotonic) -> sa.Engine:
    """Let the pool of an engine give out no connection whose server is gone; the others are opened anew then."""

    def used(_connection: object, record: Any) -> None:  # noqa: ANN401 - a record of SQLAlchemy's pool
        record.info[_USED] = clock()

    def ask(connection: psycopg.Connection[Any], record: Any, _proxy: object) -> None:  # noqa: ANN401 - likewise
        if clock() - record.info[_USED] < FRESH_SECONDS and not _has_said_something(connection):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]  # what the driver gave it
        except psycopg.Error:
            raise InvalidatePoolError from None

    sa.event.listen(engine, "connect", used)
    sa.event.listen(engine, "checkin", used)
    sa.event.listen(engine, "checkout", ask)
    return engine


def _has_said_something(connection: psycopg.Connection[Any]) -> bool:
    """Whether anything has come that nobody asked for: its last words, or its end."""
    if connection.closed:
        return True
    looking = select.poll()
    looking.register(connection.pgconn.socket, select.POLLIN)
    return bool(looking.poll(0))
