"""The documents of records, sealed: the only way to write and to read them.

They lie apart from the records, which change at each step, in partitions by the month in which their record was made.
Once retention has removed a month, what is read here is null, and whoever needs it says so (``domain.payload``).

An earlier release has them in two columns of ``records`` and looks nowhere else. While a process of it is alive they
are written there; what stands there counts, and housekeeping moves it here afterwards.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.identity import made_at
from connector.store.postgres.transaction import Transaction
from connector.store.schema.conditions import KEY_ID, OLDER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from connector.store.postgres.engine import Begin

SOURCE, TARGET = "source", "target"
#: moved in one transaction, and in one housekeeping
_BATCH, _AT_ONCE = 1_000, 50_000

_OLDER = f"(SELECT {OLDER.format(knows='keeps_apart')})"
_APART = "FROM payloads p WHERE p.record_id = r.id AND p.kind = '{which}' AND p.created_at = r.created_at"
#: what a statement is told of its records, so that it opens no month besides (``around``)
_AROUND = "AND p.created_at BETWEEN CAST(:made_from AS timestamptz) AND CAST(:made_until AS timestamptz)"
#: the clock of who read a document may differ from the database's by so much, and reading may take so long
_CLOCKS = dt.timedelta(days=1)
_KEEP = """
INSERT INTO payloads (record_id, kind, created_at, sealed)
SELECT k.id, '{which}', k.created_at, k.sealed FROM {rows} k WHERE k.sealed IS NOT NULL {unless_older}
ON CONFLICT (record_id, kind, created_at) DO UPDATE SET sealed = excluded.sealed
"""


def of(which: str) -> str:
    """SQL for a payload of the record ``r``: sealed; null where there is none, or where retention has removed it."""
    return f"coalesce(r.{which}_payload, (SELECT p.sealed {_APART.format(which=which)}))"


def of_known(which: str) -> str:
    """The same, looked for in the months of ``around`` alone: null may mean that it is in another one."""
    return f"coalesce(r.{which}_payload, (SELECT p.sealed {_APART.format(which=which)} {_AROUND}))"


def around(records: Iterable[UUID]) -> dict[str, str]:
    """When these records may have been made, as ``of_known`` is told."""
    made = [made_at(record) for record in records]
    known = [one for one in made if one is not None]
    if not known or len(known) < len(made):
        return {"made_from": "-infinity", "made_until": "infinity"}
    return {"made_from": str(min(known) - _CLOCKS), "made_until": str(max(known) + _CLOCKS)}


def is_there(which: str) -> str:
    """SQL for whether the record ``r`` has this payload."""
    return f"(r.{which}_payload IS NOT NULL OR EXISTS (SELECT {_APART.format(which=which)}))"


def keep(which: str, rows: str) -> str:
    """SQL that keeps the payloads of rows (id and created_at of the record, sealed), unless they go ``beside``."""
    return _KEEP.format(which=which, rows=rows, unless_older=f"AND NOT {_OLDER}")


def beside(sealed: str) -> str:
    """SQL for what goes into the record's own column: a payload while an earlier release looks for it there."""
    return f"CASE WHEN {_OLDER} THEN {sealed} END"


# In the order of an index that holds nothing else, so that nothing is looked at when nothing is left.
_MOVE = """
WITH held AS MATERIALIZED (
    SELECT r.id, r.created_at, r.{which}_payload AS sealed FROM records r
    WHERE length(r.{which}_payload) > 1 AND NOT {older}
    ORDER BY {key} LIMIT :most FOR NO KEY UPDATE SKIP LOCKED
),
kept AS ({keep})
UPDATE records r SET {which}_payload = NULL FROM held WHERE r.id = held.id
"""
_MOVES = tuple(
    sa.text(
        _MOVE.format(
            which=which,
            older=_OLDER,
            key=KEY_ID.format(f"r.{which}_payload"),
            keep=_KEEP.format(which=which, rows="held", unless_older=""),
        )
    )
    for which in (SOURCE, TARGET)
)


def move_older(begin: Begin) -> int:
    """Move what an earlier release wrote, many at a time, once no process of it is alive; returns how many."""
    moved = 0
    for statement in _MOVES:
        while moved < _AT_ONCE:
            with begin() as connection:
                now = Transaction(connection).run(statement, most=_BATCH)
            moved += now
            if now < _BATCH:
                break
    return moved
