"""Seals: digests over everything the audit trail recorded in a stretch of time, chained to each other.

A record's own chain shows an edited event. Somebody who may write to the tables could make a whole chain anew; then the
seal does not fit any more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.audit import GENESIS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.store.transaction import Transaction

#: events younger than this are left for the next seal
LAG = dt.timedelta(minutes=1)

_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(7304118004) AS got")
_LAST = sa.text("SELECT to_at, digest FROM audit_seals ORDER BY id DESC LIMIT 1")
# Events carry the start of their transaction. Whatever is still open began at or after the bound, so nothing can be
# recorded behind it any more.
_BOUND = sa.text("""
SELECT least(now() - CAST(:lag AS interval),
             (SELECT min(a.xact_start) - interval '1 microsecond' FROM pg_stat_activity a
              WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL))
""")
_HASHES = sa.text("""
SELECT recorded_at, hash FROM audit_events
WHERE recorded_at > CAST(:after AS timestamptz) AND recorded_at <= CAST(:until AS timestamptz)
ORDER BY recorded_at, id
""")
_WRITE = sa.text("""
INSERT INTO audit_seals (from_at, to_at, events, digest, previous)
VALUES (:from_at, :to_at, :events, :digest, :previous)
""")
_ALL = sa.text("SELECT id, from_at, to_at, events, digest, previous FROM audit_seals ORDER BY id")

_BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A seal that does not fit."""

    seal: int
    problem: str


def seal(tx: Transaction, lag: dt.timedelta = LAG) -> int:
    """Seal what was recorded since the last seal; returns how many events. Another sealer at work means 0."""
    got = tx.row(_LOCK)
    if got is None or not got.got:
        return 0
    last = tx.row(_LAST)
    after, previous = (last.to_at, bytes(last.digest)) if last else (_BEGINNING, GENESIS)
    until = tx.value(_BOUND, lag=lag)
    if until <= after:
        return 0
    events, digest = digest_of(previous, tx.stream(_HASHES, after=after, until=until))
    if events:
        tx.run(_WRITE, from_at=after, to_at=until, events=events, digest=digest, previous=previous)
    return events


def digest_of(previous: bytes, events: Iterable[sa.Row[Any]]) -> tuple[int, bytes]:
    """How many events, and SHA-256 over the previous digest and their hashes in order."""
    digest = hashlib.sha256(previous)
    count = 0
    for row in events:
        digest.update(bytes(row.hash))
        count += 1
    return count, digest.digest()


def broken(tx: Transaction) -> list[Broken]:
    """Compute every seal again; returns those that do not fit."""
    found = []
    after, previous = _BEGINNING, GENESIS
    for row in tx.rows(_ALL):
        if row.from_at != after or bytes(row.previous) != previous:
            found.append(Broken(seal=row.id, problem="a seal before this one was removed or altered"))
        events, digest = digest_of(bytes(row.previous), tx.stream(_HASHES, after=row.from_at, until=row.to_at))
        if digest != bytes(row.digest):
            found.append(Broken(seal=row.id, problem=_difference(row, events)))
        after, previous = row.to_at, bytes(row.digest)
    return found


def _difference(row: sa.Row[Any], events: int) -> str:
    stretch = f"between {row.from_at:%Y-%m-%d %H:%M:%S} and {row.to_at:%Y-%m-%d %H:%M:%S} UTC"
    if events < row.events:
        return f"{row.events - events} of {row.events} events recorded {stretch} are missing"
    if events > row.events:
        return f"{events - row.events} events were added {stretch} after it was sealed"
    return f"events recorded {stretch} were altered after they were sealed"
