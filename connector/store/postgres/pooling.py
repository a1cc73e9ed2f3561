"""Whether a pooler (PgBouncer, or one like it) stands between here and Postgres, and for how long a session is ours.

A pooler answers in the server's place and tells a process id of its own; which Postgres process works for us, that one
says itself. Source: the protocol's BackendKeyData, and PgBouncer's table of features by ``pool_mode``.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from connector.store.postgres.address import POOL_MODE, address
from connector.store.postgres.engine import open_single, translating_database_errors

if TYPE_CHECKING:
    import sqlalchemy as sa

#: so often two of us look whether the same process works for both
_LOOKS = 5
_WHO = "SELECT pg_backend_pid()"


class Pooling(Enum):
    """What a session is."""

    #: of Postgres itself
    NONE = "none"
    #: ours until we close it
    SESSION = "session"
    #: ours until the transaction ends
    TRANSACTION = "transaction"


def stands_before(database_url: str) -> Pooling:
    """Say what the address says, or else find out; raises StoreUnavailable, ConfigurationError."""
    if address(database_url).transaction_pooling:
        return Pooling.TRANSACTION
    # as if it were said: what looks leaves nothing behind in a session that is somebody else's next
    engine = open_single(f"{database_url}{'&' if '?' in database_url else '?'}{POOL_MODE}=transaction")
    with translating_database_errors(), engine.connect() as one:
        if _process(one) == _told(one):
            return Pooling.NONE
        with engine.connect() as two:
            shared = any(_process(one) == _process(two) for _ in range(_LOOKS))
    return Pooling.TRANSACTION if shared else Pooling.SESSION


def _process(connection: sa.Connection) -> int:
    """Who works for us in this transaction, which ends with it."""
    found = connection.exec_driver_sql(_WHO).scalar_one()
    connection.rollback()
    return int(found)


def _told(connection: sa.Connection) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.info.backend_pid)
