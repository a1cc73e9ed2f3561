"""One transaction of an operator's command. The queries themselves are in ``<noun>.py``."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from connector.store.postgres.transaction import Transaction as LedgerTransaction

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from connector.ports import Vault


class Begins(Protocol):
    """A store that keeps its ledger in Postgres."""

    def begin(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that commits when left without an error."""
        ...


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """An open transaction, who works in it, and when it began by the database's clock."""

    connection: sa.Connection
    actor: str
    now: dt.datetime
    #: gives what seals and opens; asked when first needed, because not every process has master keys
    vault: Callable[[], Vault] | None = field(default=None, repr=False)

    @property
    def ledger(self) -> LedgerTransaction:
        """The same transaction, as the workers' queries take it."""
        return LedgerTransaction(self.connection)

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Every row as a mapping."""
        return [dict(row) for row in self.connection.execute(sa.text(sql), dict(parameters or {})).mappings()]

    def one(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The first row, or None."""
        row = self.connection.execute(sa.text(sql), dict(parameters or {})).mappings().first()
        return None if row is None else dict(row)

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Execute and count the rows it touched."""
        return self.connection.execute(sa.text(sql), dict(parameters or {})).rowcount


@contextmanager
def transaction(store: Begins, *, actor: str, vault: Callable[[], Vault] | None = None) -> Iterator[Transaction]:
    """Work in one transaction: committed at the end, rolled back when anything is raised.

    Raises StoreUnavailable when Postgres cannot be used, ConfigurationError when its tables are missing or old.
    """
    with store.begin() as connection:
        now = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        yield Transaction(connection=connection, actor=actor, now=now, vault=vault)
