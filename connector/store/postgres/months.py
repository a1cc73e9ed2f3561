"""Tables that lie in a partition for each month, made ahead of time, so that a month of them can go in an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from connector.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.postgres.engine import Begin

_DECEMBER = 12
#: somebody has the table for longer than this (a dump, ``audit verify``), or Postgres let somebody else pass
IN_USE = frozenset({"55P03", "40P01"})


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


@dataclass(frozen=True, kw_only=True)
class Partitioned:
    """A table in monthly partitions. ``make`` is the function that makes one as the owner of the tables does.

    See ``migrations.definers``.
    """

    table: str
    make: str
    #: how many months are made ahead; each takes some time of every statement that looks at the whole table
    ahead: int

    @property
    def default(self) -> str:
        """Where rows go of whose month there is no partition."""
        return f"{self.table}_default"

    def partition(self, month: Month) -> str:
        """The name of a month's partition."""
        return f"{self.table}_{month.year:04d}_{month.month:02d}"


AUDIT_EVENTS = Partitioned(table="audit_events", make="audit_make_month(date)", ahead=3)
ATTEMPTS = Partitioned(table="attempts", make="attempts_make_month(date)", ahead=1)
PAYLOADS = Partitioned(table="payloads", make="payloads_make_month(date)", ahead=1)
PARTITIONED = (AUDIT_EVENTS, ATTEMPTS, PAYLOADS)
#: the archive's months are made when something goes there; ``records`` is its partition of what has no month
ARCHIVE = "all_records"
MAKE_ARCHIVE = "all_records_make_month(date)"


def leave_out_partitions(name: str | None, kind: str, _parents: object) -> bool:
    """What alembic compares: everything but partitions, which come and go with the months."""
    parted = (*(one.table for one in PARTITIONED), ARCHIVE)
    return not (kind == "table" and name is not None and name.startswith(tuple(f"{one}_" for one in parted)))


def prepare_all(begin: Begin, *, today: dt.date) -> list[str]:
    """Make the coming partitions of every table; of one that somebody has for long they are made the next time."""
    made: list[str] = []
    for one in PARTITIONED:
        try:
            with begin() as connection:
                made += prepare(connection, one, today=today)
        except StoreUnavailable as busy:
            if busy.evidence.get("sqlstate") not in IN_USE:
                raise
    return made


def prepare(connection: sa.Connection, of: Partitioned, *, today: dt.date, ahead: int | None = None) -> list[str]:
    """Make the partitions of this month and of those ``ahead``; returns those that were missing.

    A month that another partition has already, or of which rows went to the default partition, is left as it is.
    Another one at work means none. A name that is taken, perhaps by what an operator detached, is left alone.
    """
    make = sa.text(f"SELECT {of.make.partition('(')[0]}(CAST(:month AS date))")
    made: list[str] = []
    month = Month.of(today)
    for _ in range(1 + (of.ahead if ahead is None else ahead)):
        if connection.execute(make, {"month": month.first}).scalar_one() is True:
            made.append(of.partition(month))
        month = month.following
    return made
