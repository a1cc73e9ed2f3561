from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from connector.domain.errors import ConfigurationError, ConnectorError, Malformed, StoreUnavailable
from connector.store.ledger import Ledger
from connector.store.postgres.address import address
from connector.store.postgres.engine import translating_database_errors
from connector.store.postgres.text import storable
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from tests.store.scene import Scene


def fail(ledger: Ledger, statement: str, **values: object) -> None:
    with ledger.begin() as connection:
        Transaction(connection).run(sa.text(statement), **values)


@pytest.mark.parametrize("spelling", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_any_spelling_of_postgresql_means_the_same_driver(spelling: str) -> None:
    assert address(f"{spelling}://someone@host/name").url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/name", "http://", "postgresql://host:port/name"])
def test_what_is_no_postgresql_address_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match="ML_CONNECTOR_DATABASE_URL"):
        address(url)


def test_a_server_that_is_not_there_is_a_passing_failure_and_the_password_stays_out_of_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://someone:canary@127.0.0.1:{taken.getsockname()[1]}/name"
        with (
            closing(Ledger(url)) as ledger,
            pytest.raises(StoreUnavailable, match="cannot be reached") as caught,
        ):
            ledger.connection("qad")
    assert "canary" not in str(caught.value)


def test_a_database_that_does_not_exist_is_named_as_the_mistake(database_url: str) -> None:
    url = sa.make_url(database_url).set(database="nowhere").render_as_string(hide_password=False)
    with closing(Ledger(url)) as ledger, pytest.raises(ConfigurationError, match="does not exist"):
        ledger.connection("qad")


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("53100", StoreUnavailable, "no disk space"),
        ("53300", StoreUnavailable, "no more connections"),
        ("25006", StoreUnavailable, "read-only"),
        ("57P01", StoreUnavailable, "shutting down"),
        ("40P01", StoreUnavailable, "each other's way"),
        ("55P03", StoreUnavailable, "locked"),
        ("57014", StoreUnavailable, "too long"),
        ("42501", ConfigurationError, "grant"),
        ("42P01", ConfigurationError, "db upgrade"),
        ("22003", Malformed, "cannot be stored"),
    ],
)
def test_every_failure_of_postgres_has_a_sentence(
    ledger: Ledger, state: str, kind: type[ConnectorError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        fail(ledger, f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'canary'; END $$")


def test_a_read_only_database_is_a_passing_failure(scene: Scene) -> None:
    with scene.ledger.unit() as unit:
        unit.tx.run(sa.text("SET TRANSACTION READ ONLY"))
        with pytest.raises(StoreUnavailable, match="primary"):
            unit.tx.run(sa.text("DELETE FROM workers"))


def test_a_session_that_was_ended_is_a_passing_failure_and_the_next_one_works(ledger: Ledger) -> None:
    with pytest.raises(StoreUnavailable):
        fail(ledger, "SELECT pg_terminate_backend(pg_backend_pid())")
    fail(ledger, "SELECT 1")


def test_after_a_restart_of_postgres_the_pool_heals_itself(ledger: Ledger) -> None:
    fail(ledger, "SELECT 1")
    with ledger.begin() as killer:
        killer.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database() AND usename = current_user"
            )
        )
    fail(ledger, "SELECT 1")


def test_a_mistake_of_ours_is_not_dressed_up(scene: Scene) -> None:
    with pytest.raises(IntegrityError), translating_database_errors():
        fail(
            scene.ledger,
            "INSERT INTO connections (id, name, system, secrets) SELECT id, name, system, secrets FROM connections",
        )


def test_a_nul_in_a_value_is_the_documents_fault(ledger: Ledger) -> None:
    with pytest.raises(Malformed):
        fail(ledger, "SELECT CAST(:value AS text)", value="nul \x00")


def test_long_text_is_shortened() -> None:
    assert len(storable("x" * 10_000)) == 4000
    assert storable("short") == "short"


def test_postgres_compiles_no_statement_of_ours(ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert connection.execute(sa.text("SHOW jit")).scalar_one() == "off"


def test_half_a_character_in_a_value_is_the_documents_fault(ledger: Ledger) -> None:
    with pytest.raises(Malformed, match="half a character"):
        fail(ledger, "SELECT CAST(:value AS text)", value="half \ud83d")
