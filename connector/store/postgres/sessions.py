"""What a session of ours is like, whoever stands between here and Postgres.

It is said after connecting: as options of the start, poolers refuse it. A pooler that gives each transaction another
session is told with each transaction, for that one alone, and nothing is prepared there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg.types.array import ListBinaryDumper

from connector.domain.errors import ConfigurationError
from connector.store.postgres import refusal
from connector.store.postgres.patience import STATEMENT_SECONDS, ImpatientConnection

if TYPE_CHECKING:
    from connector.store.postgres.address import Address

_LIKE = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "10s",
    "timezone": "UTC",
    # Postgres would compile statements that look large to it: each of ours is done before that is.
    "jit": "off",
}
_FOR_THE_SESSION = "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _LIKE.items())
#: no queries: a transaction that has made one cannot choose any more to see one moment alone
_FOR_THE_TRANSACTION = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in _LIKE.items())


def open_ours(engine: sa.Engine, address: Address) -> sa.Engine:
    """Let an engine make sessions like this."""

    @sa.event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, words: list[str], named: dict[str, Any]) -> ImpatientConnection:
        asked = {name: value for name, value in named.items() if name != "context"}
        made = refusal.explained(lambda: ImpatientConnection.connect(*words, **named), asked)
        try:
            _settle(made, for_transactions=address.transaction_pooling)
        except BaseException:
            made.close()
            raise
        return made

    @sa.event.listens_for(engine, "checkin")
    def _forget(connection: ImpatientConnection | None, _record: object) -> None:
        if connection is not None:  # it was not lost
            connection.patience = ImpatientConnection.patience

    if address.transaction_pooling:

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql(_FOR_THE_TRANSACTION)

    return engine


def _settle(made: ImpatientConnection, *, for_transactions: bool) -> None:
    encoding = made.info.parameter_status("server_encoding")
    if encoding not in {None, "UTF8"}:
        raise ConfigurationError(
            f"The database {made.info.dbname} is kept in {encoding}, which has no room for every name: the ledger "
            "needs one in UTF-8 (CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0)."
        )
    # as text, each item of a list would be searched for what is to be escaped: twenty times the work
    made.adapters.register_dumper(list, ListBinaryDumper)
    if for_transactions:
        made.prepare_threshold = None
        return
    made.autocommit = True
    made.execute(_FOR_THE_SESSION)
    made.autocommit = False
