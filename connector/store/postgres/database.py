"""The database of the ledger, as whoever needs nothing but transactions opens it: most commands."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from connector.points import COMMIT, point
from connector.store.postgres.engine import KEPT, open_engine, translating_database_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


class Database:
    """One engine, which is opened when first used (so: after a fork)."""

    def __init__(self, url: str, *, pool_size: int = KEPT) -> None:
        self._url, self._pool_size = url, pool_size

    @cached_property
    def engine(self) -> sa.Engine:
        """The engine of this process."""
        return open_engine(self._url, pool_size=self._pool_size)

    def close(self) -> None:
        """Close the pool's connections."""
        self.engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction for the store's own queries; commits when left without an error."""
        with translating_database_errors(), self.engine.connect() as connection:
            yield connection
            with point(COMMIT):
                connection.commit()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads."""
        with translating_database_errors(), self.engine.connect() as connection:
            yield connection
