"""Bring the ledger's tables up to date. Any number of processes may try at once: one works, the others wait for it."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.errors import ConfigurationError, StoreUnavailable
from connector.store import roles
from connector.store.postgres import months, pooling
from connector.store.postgres.engine import open_single, translating_database_errors
from connector.store.postgres.patience import take_time
from connector.store.postgres.pooling import Pooling
from connector.store.schema.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 7_304_118_001
_LONGEST_WAIT = 300.0
_GLANCE = 0.2


def _nobody(_sentence: str) -> None:
    """Nobody listens."""


def upgrade(
    database_url: str, revision: str = "head", *, login_url: str = "", tell: Callable[[str], None] = _nobody
) -> None:
    """Migrate to ``revision`` as the owner, make the coming partitions, and grant its work to the login role.

    ``tell`` hears what it waits for. Raises StoreUnavailable, ConfigurationError.
    """
    login = roles.login_of(database_url, login_url)
    with _locked(database_url) as connection:
        if revision != "head" or _version(connection) != head():
            from alembic import command  # noqa: PLC0415 - takes longer to load than all the rest: for what upgrades

            command.upgrade(_config(connection, tell), revision)
        if _version(connection) == head():
            with connection.begin():
                roles.grant(connection, login)
            months.prepare_all(partial(_begun, connection), today=dt.datetime.now(dt.UTC).date())


def downgrade(database_url: str, revision: str) -> None:
    """Go back to ``revision``; ``base`` removes every table of the ledger."""
    from alembic import command  # noqa: PLC0415 - what upgrades, and nothing else, loads it

    with _locked(database_url) as connection:
        command.downgrade(_config(connection), revision)


def current(database_url: str) -> str | None:
    """The revision the database is at; None when it has no ledger."""
    with translating_database_errors(), open_single(database_url).connect() as connection:
        return _version(connection)


def head() -> str:
    """The revision this code expects: the newest file, which is called after its revision."""
    return max(file.name for file in MIGRATIONS.glob("versions/[0-9]*.py")).partition("_")[0]


def differences(database_url: str) -> list[object]:
    """What the tables of the database and those of this code do not share; empty when they agree."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - what upgrades, and nothing else, loads it
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - what upgrades, and nothing else, loads it

    with translating_database_errors(), open_single(database_url).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": months.leave_out_partitions},
        )
        return list(compare_metadata(context, metadata))


def _config(connection: sa.Connection | None = None, tell: Callable[[str], None] = _nobody) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - what upgrades, and nothing else, loads it

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"], config.attributes["tell"] = connection, tell
    return config


def _version(connection: sa.Connection) -> str | None:
    known = connection.execute(sa.text("SELECT to_regclass('alembic_version')")).scalar_one()
    found = known and connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    connection.rollback()
    return str(found) if found else None


def _wait_for_turn(connection: sa.Connection) -> None:
    """Wait without a transaction: an index that is built beside the work waits for everybody who has one."""
    until = time.monotonic() + _LONGEST_WAIT
    while not connection.execute(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar_one():
        connection.commit()
        if time.monotonic() > until:
            raise StoreUnavailable(
                f"Somebody else has been changing the ledger's tables for more than {_LONGEST_WAIT / 60:.0f} minutes: "
                "see what its `ml-connector db upgrade` waits for, then try again."
            )
        time.sleep(_GLANCE)
    connection.commit()


@contextmanager
def _begun(connection: sa.Connection) -> Iterator[sa.Connection]:
    with translating_database_errors(), connection.begin():
        yield connection


@contextmanager
def _locked(database_url: str) -> Iterator[sa.Connection]:
    if pooling.stands_before(database_url) is Pooling.TRANSACTION:
        raise ConfigurationError(
            "The ledger's tables are changed in a session of one's own, and between here and Postgres stands a pooler "
            "that gives each transaction another one: name a way past it (Postgres itself, or pool_mode=session) in "
            "ML_CONNECTOR_OWNER_DATABASE_URL, and add pool_mode=transaction to ML_CONNECTOR_DATABASE_URL."
        )
    with translating_database_errors(), open_single(database_url).connect() as connection:
        take_time(connection, 300)
        connection.execute(sa.text("SET statement_timeout = '5min'"))
        connection.execute(sa.text("SET lock_timeout = '4s'"))
        connection.commit()
        _wait_for_turn(connection)
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
