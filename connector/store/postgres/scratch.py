"""A database for a while, in a server that somebody names; nothing else there is touched."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.store.postgres.engine import open_single
from connector.store.postgres.refusal import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SETTING = "ML_CONNECTOR_VERIFY_DATABASE_URL"
PREFIX = "ml_connector_verify_"
_MAY = sa.text("SELECT rolcreatedb OR rolsuper, current_user FROM pg_roles WHERE rolname = current_user")
_LEFT = sa.text(f"SELECT datname FROM pg_database WHERE starts_with(datname, '{PREFIX}')")  # noqa: S608 - our own word


@contextmanager
def database(url: str, *, tell: Callable[[str], None]) -> Iterator[str]:
    """Make an empty database of a random name beside the one that is named, and drop it afterwards; yields its URL.

    Raises ConfigurationError where it cannot be made. Says which ones an earlier one has left that was killed.
    """
    name = f"{PREFIX}{secrets.token_hex(8)}"
    with _connected(url) as server:
        may, user = server.execute(_MAY).one()
        if not may:
            raise ConfigurationError(
                f"The role {user} in {_SETTING} may not create databases: ALTER ROLE {user} CREATEDB, or name another "
                "one."
            )
        for left in server.scalars(_LEFT):
            tell(f"{left} was left by a verification that was killed, if none is at it now: DROP DATABASE {left}.")
        server.exec_driver_sql(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'"
        )
        server.exec_driver_sql(f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC")
    try:
        yield f"{url}{'&' if '?' in url else '?'}dbname={name}"  # the last word about it counts
    finally:
        with _connected(url) as server:
            server.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    try:
        with open_single(url).connect().execution_options(isolation_level="AUTOCOMMIT") as server:
            yield server
    except sa.exc.DBAPIError as error:
        raise ConfigurationError(f"The PostgreSQL of {_SETTING} says: {words_of(error.orig or error)}.") from None
