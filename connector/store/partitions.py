"""Monthly partitions of the audit trail, made ahead of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

if TYPE_CHECKING:
    import datetime as dt

_PREFIX = "audit_events_"
DEFAULT = "audit_events_default"
_DECEMBER = 12

_TURN = sa.text("SELECT pg_try_advisory_xact_lock(7304118006)")


class Month(NamedTuple):
    """A month of UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @property
    def following(self) -> Month:
        """The next month."""
        return Month(self.year + 1, 1) if self.month == _DECEMBER else Month(self.year, self.month + 1)

    @property
    def first(self) -> str:
        """Its first moment."""
        return f"{self.year:04d}-{self.month:02d}-01 00:00:00+00"

    @property
    def partition(self) -> str:
        """The name of its partition."""
        return f"{_PREFIX}{self.year:04d}_{self.month:02d}"


def leave_out_partitions(name: str | None, kind: str, _parents: object) -> bool:
    """What alembic compares: everything but partitions, which come and go with the months."""
    return not (kind == "table" and name is not None and name.startswith(_PREFIX))


def prepare(connection: sa.Connection, *, today: dt.date, months: int = 3) -> list[str]:
    """Make the partitions of this month and the ``months`` after it; returns those that were missing.

    Inserts are never blocked: a partition is made on its own and attached under a lock that lets them pass. A month
    whose events already went to the default partition is left to ``gathering``. Another one at work means none.
    """
    made: list[str] = []
    if not turn(connection):
        return made
    month = Month.of(today)
    for _ in range(months + 1):
        if missing(connection, month) and not _strays(connection, month):
            make(connection, month)
            attach(connection, month)
            made.append(month.partition)
        month = month.following
    return made


def turn(connection: sa.Connection) -> bool:
    """Whether this transaction may make partitions; another one that does has not ended otherwise."""
    return connection.execute(_TURN).scalar_one() is True


def missing(connection: sa.Connection, month: Month) -> bool:
    """Whether no table has the name of the month's partition, not even one that somebody detached."""
    return (
        connection.execute(sa.text("SELECT to_regclass(:name) IS NULL"), {"name": month.partition}).scalar_one() is True
    )


def make(connection: sa.Connection, month: Month) -> None:
    """Make the table of a month, which is no partition yet."""
    connection.execute(
        sa.text(
            f"CREATE TABLE {month.partition} "
            "(LIKE audit_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)"
        )
    )


def attach(connection: sa.Connection, month: Month) -> None:
    """Make the table of a month a partition, which refuses every change."""
    connection.execute(
        sa.text(
            f"ALTER TABLE audit_events ATTACH PARTITION {month.partition} "
            f"FOR VALUES FROM ('{month.first}') TO ('{month.following.first}')"
        )
    )
    protect(connection, month.partition)


def protect(connection: sa.Connection, table: str) -> None:
    """Refuse TRUNCATE of one partition; row triggers come from the parent by themselves."""
    connection.execute(
        sa.text(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    )


def _strays(connection: sa.Connection, month: Month) -> bool:
    found = connection.execute(
        sa.text(
            f"SELECT EXISTS (SELECT FROM {DEFAULT} WHERE recorded_at >= CAST(:start AS timestamptz)"  # noqa: S608  a constant name
            " AND recorded_at < CAST(:stop AS timestamptz))"
        ),
        {"start": month.first, "stop": month.following.first},
    )
    return found.scalar_one() is True
