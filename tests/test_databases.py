"""Who gets a database that others have used finds it as if it were new."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest

from connector.embedded import roles
from tests.databases import Databases
from tests.privileged import url_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def own(databases: Databases) -> Iterator[Databases]:
    """Gives out databases to nobody else."""
    kept = Databases(databases.administrator, databases.template)
    yield kept
    kept.close()


def execute(url: str, statement: str, role: str = roles.OWNER) -> list[tuple[object, ...]]:
    with psycopg.connect(url_of(url, role).replace("+psycopg", "")) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_the_next_one_finds_neither_rows_nor_numbers_of_those_before(own: Databases) -> None:
    with own.one() as first:
        new = execute(first, "SELECT * FROM pg_sequences")
        execute(first, "INSERT INTO alerts (name, about) VALUES ('silent', 'queue map')")
        execute(first, "SELECT nextval(quote_ident(sequencename)::regclass) FROM pg_sequences")
    with own.one() as second:
        assert second == first
        assert execute(second, "SELECT * FROM alerts") == []
        assert execute(second, "SELECT * FROM pg_sequences") == new


def test_an_engine_that_was_closed_waits_for_the_next_with_its_connections(own: Databases) -> None:
    processes = set()
    for _ in range(2):
        with own.one() as url:
            engine = own.engine(url)
            with engine.connect() as connection:
                processes.add(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
            engine.dispose()
            assert own.used[url].engines.processes == [*processes]
    assert len(processes) == 1


def test_a_connection_that_nobody_gave_back_is_not_kept(own: Databases) -> None:
    with own.one() as url:
        engine = own.engine(url)
        connection = engine.connect()
        engine.dispose()
        assert own.used[url].engines.processes == []
        assert own.administrator.sessions(urlsplit(url).path[1:]) != []
        connection.invalidate()
        connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE another ()",
        "DROP TABLE crosswalks CASCADE",
        "ALTER TABLE all_records ADD COLUMN another text",
        "ALTER TABLE records DISABLE TRIGGER ALL",
        "REVOKE SELECT ON records FROM ml_connector",
        "ANALYZE records",
        "UPDATE alembic_version SET version_num = '0001'",
        "INSERT INTO alerts (name, about) SELECT n, n FROM generate_series(1, 50000) AS n",
    ],
)
def test_who_did_more_than_write_some_rows_keeps_it(own: Databases, statement: str) -> None:
    with own.one() as first:
        execute(first, statement, roles.SUPERUSER)
    with own.one() as second:
        assert second != first
