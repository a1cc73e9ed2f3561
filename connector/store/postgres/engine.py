"""Connections to Postgres: how they are opened, and what their failures mean."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from connector.domain import canonical
from connector.domain.errors import ConfigurationError, Malformed, StoreConflict, StoreUnavailable
from connector.store.postgres.address import address
from connector.store.postgres.refusal import NotAsAsked, NotReached, words_of
from connector.store.postgres.sessions import open_ours
from connector.store.postgres.still_there import ask_before_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    #: opens a transaction that commits when left without an error
    Begin = Callable[[], AbstractContextManager[sa.Connection]]

_CONNECT = {
    "connect_timeout": 5,
    "application_name": "ml-connector",
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    # bytes sent into a dead network are given up after this many milliseconds
    "tcp_user_timeout": 30_000,
}

#: SQLSTATE (or its first two characters) -> what a person reads; every one may pass when the same is tried again
_PASSING = {
    "53100": "Postgres has no disk space left: make room on its disk; work goes on by itself then",
    "53300": "Postgres accepts no more connections: raise max_connections or start fewer workers",
    "53": "Postgres is short of memory, disk or connections",
    "25006": "Postgres is read-only (a standby, or a full disk): point ML_CONNECTOR_DATABASE_URL at the primary",
    "57014": "Postgres gave up a query that took too long: it is overloaded",
    "57P": "Postgres is shutting down or starting up",
    "57": "Postgres ended our session",
    "58": "Postgres cannot read or write its own files: look at its log and its disk",
    "55P03": "a row or table stayed locked by somebody else for too long",
    "40": "two transactions got in each other's way; the same works when tried again",
    "25P03": "Postgres ended a transaction that stood idle for too long",
    "08": "the connection to Postgres broke",
}
#: a deadlock, a failed serialisation: Postgres has rolled the transaction back and says so
_UNDONE = frozenset({"40P01", "40001"})
_SHARED = (
    "Between here and Postgres stands a pooler that gives each transaction another session: add pool_mode=transaction "
    "to ML_CONNECTOR_DATABASE_URL, behind its question mark."
)
_SET_UP = {
    "42P01": "The ledger's tables are missing or old: run `ml-connector db upgrade`.",
    "42703": "The ledger's tables are missing or old: run `ml-connector db upgrade`.",
    "42501": "The Postgres user may not do this with the ledger's tables: `ml-connector db upgrade` grants what work "
    "needs, when ML_CONNECTOR_OWNER_DATABASE_URL names the role that owns them.",
    "3D000": "The database named in ML_CONNECTOR_DATABASE_URL does not exist: create it.",
    "28P01": "Postgres refused the password in ML_CONNECTOR_DATABASE_URL.",
    "28000": "Postgres refused the user in ML_CONNECTOR_DATABASE_URL.",
    "42P05": _SHARED,
    "26000": _SHARED,
}
#: how poolers refuse a connection, whatever the reason is; PgBouncer's own words are English
_POOLER = "08P01"


#: connections that a process keeps, one to work and one to give signs of life, and those it opens for a moment besides
KEPT, FOR_A_MOMENT = 2, 6


def open_engine(database_url: str, *, pool_size: int = KEPT) -> sa.Engine:
    """Make the one engine of this process; connects when first used. Make it after forking."""
    return ask_before_use(
        _open(
            database_url,
            pool_size=pool_size,
            max_overflow=FOR_A_MOMENT,
            pool_timeout=30,
            pool_use_lifo=True,  # what one connection has prepared is used again
            pool_recycle=1800,
        )
    )


def open_single(database_url: str) -> sa.Engine:
    """Make an engine without a pool, for commands that connect once."""
    return _open(database_url, poolclass=NullPool)


def _open(database_url: str, **pool: Any) -> sa.Engine:  # noqa: ANN401 - SQLAlchemy's own words
    found = address(database_url)
    made = sa.create_engine(
        found.url,
        connect_args={**_CONNECT, **found.parameters, "client_encoding": "UTF8"},
        json_deserializer=canonical.loads,
        hide_parameters=True,
        use_native_hstore=False,  # or the first connection of every process asks for the type
        **pool,
    )
    return open_ours(made, found)


@contextmanager
def translating_database_errors() -> Iterator[None]:
    """Turn Postgres failures into our own errors; programming errors pass through unchanged."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable(
            "All database connections of this process are in use; Postgres is slow or overloaded."
        ) from error
    except UnicodeEncodeError:
        raise Malformed("A value cannot be stored in the ledger: a text in it holds half a character.") from None
    except DBAPIError as error:
        raise _refused(error.orig) or _meaning(error) from error


def _refused(error: BaseException | None) -> Exception | None:
    """What libpq or a pooler had against a connection, in its own words."""
    match error:
        case NotAsAsked(encryption=True):
            return ConfigurationError(
                f"Postgres answers, but not over TLS as ML_CONNECTOR_DATABASE_URL wants it: {error}. Look at its "
                "sslmode and sslrootcert, and at the server's certificate."
            )
        case NotAsAsked():
            return StoreUnavailable(
                f"Postgres answers, but no server is as ML_CONNECTOR_DATABASE_URL wants it: {error}. Look at its "
                "target_session_attrs and sslmode."
            )
        case BaseException() if getattr(error, "sqlstate", None) == _POOLER:
            return StoreUnavailable(
                f"A pooler between here and Postgres refuses us: {words_of(error)}. Look at what "
                "ML_CONNECTOR_DATABASE_URL says (poolers take no `options`), and into the pooler's log.",
                sqlstate=_POOLER,
            )
    return None


def _meaning(error: DBAPIError) -> Exception:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _SET_UP:
        return ConfigurationError(_SET_UP[state], sqlstate=state)
    for length in (5, 3, 2):
        sentence = _PASSING.get(state[:length]) if len(state) >= length else None
        if sentence:
            kind = StoreConflict if state in _UNDONE else StoreUnavailable
            return kind(f"The ledger cannot be used now: {sentence}.", sqlstate=state)
    if state.startswith("22") or isinstance(error, sa.exc.DataError):
        return Malformed(
            "A value cannot be stored in the ledger (a NUL character, a number or a date out of range).", sqlstate=state
        )
    if error.connection_invalidated or isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError)):
        told = {"where": error.orig.where, "why": str(error.orig)} if isinstance(error.orig, NotReached) else {}
        return StoreUnavailable(
            "The ledger cannot be reached: check that Postgres runs and that ML_CONNECTOR_DATABASE_URL points at it.",
            sqlstate=state,
            **told,
        )
    return error
