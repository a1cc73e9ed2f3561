"""Monthly partitions of the audit trail, made ahead of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

if TYPE_CHECKING:
    import datetime as dt

_PREFIX = "audit_events_"
DEFAULT = "audit_events_default"
_DECEMBER = 12

# As the owner of the tables: see ``migrations.definers``.
_MAKE = sa.text("SELECT audit_make_month(CAST(:month AS date))")


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
        """Its first day."""
        return f"{self.year:04d}-{self.month:02d}-01"

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
    whose events already went to the default partition is left to ``gathering``. Another one at work means none. A name
    that is taken, perhaps by what an operator detached, is left alone.
    """
    made: list[str] = []
    month = Month.of(today)
    for _ in range(months + 1):
        if connection.execute(_MAKE, {"month": month.first}).scalar_one() is True:
            made.append(month.partition)
        month = month.following
    return made


def protect(connection: sa.Connection, table: str) -> None:
    """Refuse TRUNCATE of one partition; row triggers come from the parent by themselves."""
    connection.execute(
        sa.text(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    )
