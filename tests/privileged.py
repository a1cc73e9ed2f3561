"""The tests log in as the product does. This is for what only an owner of the tables or a superuser may do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.embedded import roles
from connector.store.postgres.engine import open_single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.ledger import Ledger


def url_of(database_url: str | sa.URL, role: str = roles.SUPERUSER) -> str:
    """The same database, for another role."""
    return sa.make_url(database_url).set(username=role).render_as_string(hide_password=False)


@contextmanager
def working_as(ledger: Ledger, role: str = roles.SUPERUSER) -> Iterator[sa.Connection]:
    """A transaction of this role in the database of a ledger; committed when nothing was raised."""
    with open_single(url_of(ledger.engine.url, role)).begin() as connection:
        yield connection


def vacuum(ledger: Ledger, tables: str = "") -> None:
    """Let Postgres know what there is."""
    with open_single(url_of(ledger.engine.url)).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What is not on the disk yet is not visible to everybody yet, as far as a vacuum knows.
        connection.execute(sa.text("SET synchronous_commit = on"))
        connection.execute(sa.text("SELECT pg_current_xact_id()"))
        connection.execute(sa.text(f"VACUUM ANALYZE {tables}"))


@contextmanager
def tampering(ledger: Ledger) -> Iterator[sa.Connection]:
    """A transaction of somebody who has switched the triggers off."""
    with working_as(ledger) as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        yield connection


def alter(ledger: Ledger, statement: str, **values: object) -> None:
    """Change a table as its owner."""
    with working_as(ledger, roles.OWNER) as connection:
        connection.execute(sa.text(statement), values)
