"""A database for a while, in a server that somebody names; nothing else there is touched."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.sql import SQL, Identifier

from connector.domain.errors import ConfigurationError
from connector.store.postgres.address import address
from connector.store.postgres.refusal import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SETTING = "ML_CONNECTOR_VERIFY_DATABASE_URL"
PREFIX = "ml_connector_verify_"
_MAY = "SELECT rolcreatedb OR rolsuper, current_user FROM pg_roles WHERE rolname = current_user"
_LEFT = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
_CREATE = SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'")
_CLOSE = SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC")
_DROP = SQL("DROP DATABASE {} WITH (FORCE)")
_TIMEOUT_SECONDS = 10


@contextmanager
def database(url: str, *, tell: Callable[[str], None]) -> Iterator[str]:
    """Make an empty database of a random name beside the one that is named, and drop it afterwards; yields its URL.

    Raises ConfigurationError where it cannot be made. Says which ones an earlier one has left that was killed.
    """
    name = f"{PREFIX}{secrets.token_hex(8)}"
    with _connected(url) as server:
        ((may, user),) = server.execute(_MAY)
        if not may:
            raise ConfigurationError(
                f"The role {user} in {_SETTING} may not create databases: ALTER ROLE {user} CREATEDB, or name another "
                "one."
            )
        for (left,) in server.execute(_LEFT, [PREFIX]):
            tell(f"{left} was left by a verification that was killed, if none is at it now: DROP DATABASE {left}.")
        server.execute(_CREATE.format(Identifier(name)))
        server.execute(_CLOSE.format(Identifier(name)))
    try:
        yield f"{url}{'&' if '?' in url else '?'}dbname={name}"  # the last word about it counts
    finally:
        with _connected(url) as server:
            server.execute(_DROP.format(Identifier(name)))


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """However long it takes: a large database is not dropped in a moment."""
    given: dict[str, Any] = {"connect_timeout": _TIMEOUT_SECONDS, **address(url).parameters}
    try:
        with psycopg.connect(**given, autocommit=True) as server:
            yield server
    except psycopg.Error as error:
        raise ConfigurationError(f"The PostgreSQL of {_SETTING} says: {words_of(error)}.") from None
