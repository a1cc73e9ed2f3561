"""One open transaction: the only place where statements leave for Postgres."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.store.postgres.engine import translating_database_errors
from connector.store.postgres.patience import take_time

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    #: a row of however many columns
    AnyRow = sa.Row[*tuple[Any, ...]]


def _executable(statement: sa.Executable | str) -> sa.Executable:
    return sa.text(statement) if isinstance(statement, str) else statement


#: rows that are in memory at a time
_STREAMED = 1000
_SORTS = sa.text("SELECT set_config('enable_sort', :on, true)")


class Transaction:
    """Runs statements; every failure comes out as one of our own errors."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def take_time(self, seconds: int | None) -> None:
        """Let each statement from here on take so long; None for as long as it needs."""
        with translating_database_errors():
            take_time(self._connection, seconds)

    @contextmanager
    def unsorted(self) -> Iterator[None]:
        """Inside, what has an index in the order asked for is read in it, and no further than asked for.

        Postgres would rather read and sort everything where it believes that there is little, and may be wrong.
        """
        self.run(_SORTS, on="off")
        yield
        self.run(_SORTS, on="on")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside, a refused statement leaves the transaction usable."""
        with translating_database_errors(), self._connection.begin_nested():
            yield

    def run(self, statement: sa.Executable | str, /, **values: object) -> int:
        """Execute; return how many rows it touched."""
        with translating_database_errors():
            return self._connection.execute(_executable(statement), values).rowcount

    def mappings(self, statement: sa.Executable | str, /, **values: object) -> list[dict[str, Any]]:
        """Execute and read all rows, each as what its columns hold, by name."""
        with translating_database_errors():
            return [dict(row) for row in self._connection.execute(_executable(statement), values).mappings()]

    def mapping(self, statement: sa.Executable | str, /, **values: object) -> dict[str, Any] | None:
        """Execute and read the first row as what its columns hold, or None."""
        with translating_database_errors():
            row = self._connection.execute(_executable(statement), values).mappings().first()
        return None if row is None else dict(row)

    def row(self, statement: sa.Executable, /, **values: object) -> sa.Row[Any] | None:
        """Execute and read the only row, or None."""
        with translating_database_errors():
            return self._connection.execute(statement, values).one_or_none()

    def rows(self, statement: sa.Executable, /, **values: object) -> Sequence[sa.Row[Any]]:
        """Execute and read all rows."""
        with translating_database_errors():
            return self._connection.execute(statement, values).all()

    def stream(self, statement: sa.Executable, /, **values: object) -> Generator[AnyRow]:
        """Execute and read rows as they come, however many there are."""
        with (
            translating_database_errors(),
            self._connection.execute(statement, values, execution_options={"yield_per": _STREAMED}) as result,
        ):
            for part in result.partitions(_STREAMED):  # without a size SQLAlchemy fetches all there is
                yield from part

    def value(self, statement: sa.Executable, /, **values: object) -> Any:  # noqa: ANN401 - whatever the column holds
        """Execute and read the only value."""
        with translating_database_errors():
            return self._connection.execute(statement, values).scalar_one()
