"""Monthly partitions of the audit trail, made ahead of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    import datetime as dt

_PREFIX = "audit_events_"
_DEFAULT = "audit_events_default"
_DECEMBER = 12


def leave_out_partitions(name: str | None, kind: str, _parents: object) -> bool:
    """What alembic compares: everything but partitions, which come and go with the months."""
    return not (kind == "table" and name is not None and name.startswith(_PREFIX))


def prepare(connection: sa.Connection, *, today: dt.date, months: int = 3) -> list[str]:
    """Make the partitions of this month and the ``months`` after it; returns those that were missing.

    Inserts are never blocked: a partition is made on its own and attached under a lock that lets them pass. A month
    whose rows already went to the default partition stays there.
    """
    made = []
    year, month = today.year, today.month
    for _ in range(months + 1):
        following = (year + 1, 1) if month == _DECEMBER else (year, month + 1)
        name = f"{_PREFIX}{year:04d}_{month:02d}"
        if _missing(connection, name) and not _strays(connection, (year, month), following):
            _attach(connection, name, (year, month), following)
            made.append(name)
        year, month = following
    return made


def protect(connection: sa.Connection, table: str) -> None:
    """Refuse TRUNCATE of one partition; row triggers come from the parent by themselves."""
    connection.execute(
        sa.text(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    )


def _first(month: tuple[int, int]) -> str:
    return f"{month[0]:04d}-{month[1]:02d}-01 00:00:00+00"


def _missing(connection: sa.Connection, name: str) -> bool:
    return connection.execute(sa.text("SELECT to_regclass(:name) IS NULL"), {"name": name}).scalar_one() is True


def _strays(connection: sa.Connection, month: tuple[int, int], following: tuple[int, int]) -> bool:
    found = connection.execute(
        sa.text(
            f"SELECT EXISTS (SELECT FROM {_DEFAULT} WHERE recorded_at >= CAST(:start AS timestamptz)"  # noqa: S608  a constant name
            " AND recorded_at < CAST(:stop AS timestamptz))"
        ),
        {"start": _first(month), "stop": _first(following)},
    )
    return found.scalar_one() is True


def _attach(connection: sa.Connection, name: str, month: tuple[int, int], following: tuple[int, int]) -> None:
    connection.execute(sa.text(f"CREATE TABLE {name} (LIKE audit_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    connection.execute(
        sa.text(
            f"ALTER TABLE audit_events ATTACH PARTITION {name} "
            f"FOR VALUES FROM ('{_first(month)}') TO ('{_first(following)}')"
        )
    )
    protect(connection, name)
