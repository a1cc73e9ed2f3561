"""One transaction of an operator's command. The queries themselves are in ``<noun>.py``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from connector.ports import Vault


class Begins(Protocol):
    """A store that keeps its ledger in Postgres."""

    def begin(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that commits when left without an error."""
        ...


class OperatorTransaction(Transaction):
    """An open transaction that knows who works in it, and when it began by the database's clock."""

    def __init__(self, connection: sa.Connection, *, actor: str, vault: Callable[[], Vault] | None = None) -> None:
        super().__init__(connection)
        self.actor = actor
        self.now: dt.datetime = self.value(_NOW)
        #: gives what seals and opens; asked when first needed, because not every process has master keys
        self.vault = vault


_NOW = sa.text("SELECT clock_timestamp()")


@contextmanager
def transaction(
    store: Begins, *, actor: str, vault: Callable[[], Vault] | None = None, one_moment: bool = False
) -> Iterator[OperatorTransaction]:
    """Work in one transaction: committed at the end, rolled back when anything is raised.

    ``one_moment``: every statement sees the ledger as it is at the first one, and not what is committed meanwhile.
    Raises StoreUnavailable when Postgres cannot be used, ConfigurationError when its tables are missing or old.
    """
    with store.begin() as connection:
        if one_moment:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield OperatorTransaction(connection, actor=actor, vault=vault)
