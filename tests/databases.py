"""Databases with the ledger's tables and no row in them, and whoever makes them.

One more costs Postgres 60 ms of work, to empty a used one 5. So a test gets one that others have used before, as long
as these did nothing but write some rows. With it come the engines that they closed in order.
"""

from __future__ import annotations

import itertools
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from connector.embedded import roles
from connector.store.postgres.engine import KEPT, open_engine
from tests.engines import Engines
from tests.leaks import left

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from contextlib import AbstractContextManager

    import sqlalchemy as sa

    from connector.embedded.postgres import EmbeddedPostgres

_NUMBERS = itertools.count(1)
#: bytes of rows, dead ones included: to empty more, and to go on among them, takes longer than to copy
_FEW = 2 * 1024**2
#: what a statement that makes, alters, grants or analyses leaves behind
_CATALOGS = (
    "pg_class",
    "pg_attribute",
    "pg_attrdef",
    "pg_constraint",
    "pg_index",
    "pg_inherits",
    "pg_proc",
    "pg_trigger",
    "pg_rewrite",
    "pg_type",
    "pg_namespace",
    "pg_policy",
    "pg_default_acl",
    "pg_extension",
    "pg_event_trigger",
    "pg_statistic",
    "alembic_version",
)
_SHAPE = sql.SQL("SELECT concat_ws(' ', {})").format(
    sql.SQL(", ").join(
        sql.SQL("(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM {})").format(sql.Identifier(catalog))
        for catalog in _CATALOGS
    )
    + sql.SQL(", (SELECT sum(reltuples) FROM pg_class)")
    + sql.SQL(", (SELECT count(*) FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase")
    + sql.SQL(" WHERE datname = current_database())")
)
_EMPTY = """
SELECT format('DELETE FROM %s', oid::regclass)
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
UNION ALL
SELECT format('SELECT setval(%L, %s, false)', format('%I.%I', schemaname, sequencename), start_value)
FROM pg_sequences WHERE last_value IS NOT NULL
"""
_FILLED = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  AND pg_relation_size(oid) > 0
"""
#: bytes of a binary copy that has none
_NO_ROWS = 21
_NUMBERED = """
SELECT format('SELECT setval(%L, %s)', format('%I.%I', schemaname, sequencename), last_value)
FROM pg_sequences WHERE last_value IS NOT NULL
"""
_SIZE = """
SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
#: how a session calls itself that stays while tests come and go: one that knows the tables empties them at a fifth
_CLEANER = "cleaner"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What stood in a database, by table, and how far its numbers had come."""

    tables: dict[str, bytes]
    numbers: list[str]


@dataclass(frozen=True)
class Administrator:
    """Whoever makes databases on the PostgreSQL of this test process, over one connection."""

    server: EmbeddedPostgres
    connection: psycopg.Connection

    def execute(self, statement: LiteralString, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))

    def sessions(self, database: str, *, besides: Collection[int] = ()) -> list[str]:
        """What each session that a test has opened in this database did last."""
        statement = (
            "SELECT query FROM pg_stat_activity WHERE datname = %s AND application_name <> %s AND pid <> ALL(%s)"
        )
        return [query for (query,) in self.connection.execute(statement, [database, _CLEANER, [*besides]])]

    @contextmanager
    def copied(self, template: str, *, user: str = roles.LOGIN) -> Iterator[str]:
        """The URL of a copy, for this role; it goes when it is left."""
        name = self.copy(template)
        yield self.server.url(name, user=user)
        self.drop(name)

    def copy(self, template: str) -> str:
        """Make one more of a database that nobody is connected to."""
        ended = (
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = %s AND application_name = %s"
        )
        self.connection.execute(ended, [template, _CLEANER])
        name = f"test_{next(_NUMBERS)}"
        self.execute("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy", name, roles.OWNER, template)
        return name

    def drop(self, name: str) -> None:
        open_connections = left(lambda: self.sessions(name))
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        assert open_connections == [], "nobody closed these connections"


@dataclass
class Databases:
    """Copies of a migrated database that nobody uses at the moment are given out again."""

    administrator: Administrator
    template: str
    #: like new
    free: list[_Database] = field(default_factory=list)
    #: by URL, while somebody has them
    used: dict[str, _Database] = field(default_factory=dict)

    @contextmanager
    def one(self) -> Iterator[str]:
        """A new one or one like new, for the role that the product logs in as: it owns nothing."""
        database = self.free.pop() if self.free else self._new()
        url = database.engines.url
        self.used[url] = database
        yield url
        del self.used[url]
        if not left(lambda: self._sessions(database)) and database.emptied():
            self.free.append(database)
        else:
            database.close()
            self.administrator.drop(database.name)

    def copied(self, url: str) -> AbstractContextManager[str]:
        """A copy of one that nobody has a connection to."""
        if url in self.used:
            self.used[url].engines.leave()
        return self.administrator.copied(urlsplit(url).path.removeprefix("/"))

    def engine(self, url: str, *, pool_size: int = KEPT) -> sa.Engine:
        """What the product opens in this process: an engine that was closed before, where there is one like it."""
        database = self.used.get(url) if pool_size == KEPT else None
        return database.engines.open() if database is not None else open_engine(url, pool_size=pool_size)

    def rows(self, url: str) -> Rows:
        """All that stands in one that somebody has."""
        cleaner = self.used[url].cleaner
        tables = {table: _taken(cleaner, table) for (table,) in cleaner.execute(_FILLED).fetchall()}
        return Rows(
            tables={table: content for table, content in tables.items() if len(content) > _NO_ROWS},
            numbers=[step for (step,) in cleaner.execute(_NUMBERED).fetchall()],
        )

    def put(self, url: str, rows: Rows) -> None:
        """Put it into an empty one, a fifth of the work of what made it."""
        cleaner = self.used[url].cleaner
        with cleaner.cursor() as cursor:
            for table, content in rows.tables.items():
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as copy:
                    copy.write(content)
        cleaner.execute("; ".join(rows.numbers).encode())

    def close(self) -> None:
        """Whoever empties them goes home."""
        while self.free:
            self.free.pop().close()

    def _sessions(self, database: _Database) -> list[str]:
        return self.administrator.sessions(database.name, besides=database.engines.processes)

    def _new(self) -> _Database:
        name = self.administrator.copy(self.template)
        url = self.administrator.server.url(name, user=roles.SUPERUSER).replace("+psycopg", "")
        cleaner = psycopg.connect(url, autocommit=True, application_name=_CLEANER)
        # triggers forbid everybody to delete
        cleaner.execute("SET session_replication_role = replica")
        return _Database(name, cleaner, _shape(cleaner), Engines(self.administrator.server.url(name, user=roles.LOGIN)))


@dataclass(frozen=True)
class _Database:
    name: str
    cleaner: psycopg.Connection
    shape: str
    engines: Engines

    def close(self) -> None:
        """Leave it to whoever drops it."""
        self.engines.close()
        self.cleaner.close()

    def emptied(self) -> bool:
        """Take the rows away, if there is nothing else."""
        with suppress(psycopg.OperationalError):  # a test has taken the database away
            (size,) = self.cleaner.execute(_SIZE).fetchone() or (0,)
            if size <= _FEW and _shape(self.cleaner) == self.shape:
                self.cleaner.execute("; ".join(step for (step,) in self.cleaner.execute(_EMPTY)).encode())
                return True
        return False


def _taken(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as copy:
        return b"".join(copy)


def _shape(connection: psycopg.Connection) -> str:
    (shape,) = connection.execute(_SHAPE).fetchone() or ("",)
    return str(shape)
