"""Events that went to the default partition, because nobody made that of their month, move to it.

While months are made ahead of time (``postgres.months``) there is nothing to do. When beat stood still for months
there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.errors import StoreUnavailable
from connector.store.postgres.months import AUDIT_EVENTS, IN_USE, Month
from connector.store.postgres.patience import take_time

if TYPE_CHECKING:
    import datetime as dt

    from connector.store.postgres.engine import Begin

#: copying a month of many events may take so long; nobody waits for it
_COPYING_SECONDS = 100

_MONTHS = sa.text(
    f"SELECT DISTINCT date_trunc('month', recorded_at, 'UTC') AS month FROM {AUDIT_EVENTS.default} ORDER BY 1"  # noqa: S608  constant parts only
)
# As the owner of the tables: see ``migrations.definers``.
_GATHER = sa.text("SELECT audit_gather_month(CAST(:month AS date))")


def gather(begin: Begin, *, today: dt.date) -> int:
    """Give each month whose events lie in the default partition its own; returns how many events moved.

    A month is one transaction: killed at any point, it has moved as a whole or not at all. What can be copied while
    others write is copied first; then the table is taken from everybody, for the rest. Where it is not free within two
    seconds, everything stays as it was until the next time.
    """
    with begin() as connection:
        found = [Month.of(month) for month in connection.execute(_MONTHS).scalars()]
    moved = 0
    # somebody may be about to write the first event of this month to the default partition
    for month in dict.fromkeys([*found, Month.of(today)]):
        try:
            with begin() as connection:
                moved += _move(connection, month)
        except StoreUnavailable as busy:
            if busy.evidence.get("sqlstate") not in IN_USE:
                raise
            break
    return moved


def _move(connection: sa.Connection, month: Month) -> int:
    take_time(connection, _COPYING_SECONDS)
    return int(connection.execute(_GATHER, {"month": month.first}).scalar_one())
