"""Seals: digests over everything the audit trail holds from one event's number to another's, chained to each other.

A record's own chain shows an edited event. Somebody who may write to the tables could make a whole chain anew; then the
seal does not fit any more.

Seals go by the events' numbers, not by time: a sequence never goes back, while the database's clock does when a machine
is restored or its time is put right. Numbers become visible out of order, though, so a number is sealed only once
everybody who was writing events when it was seen has ended. Whoever writes an event holds a lock on the table from
before its number is drawn until after the commit; whoever came later draws a higher one. Nobody waits for a seal.

An older release sealed by time (``upto_id`` is null). Its seals stay in the chain, and seals by number begin again with
the first event.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.audit import GENESIS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.store.transaction import AnyRow, Transaction

#: events younger than this are left for the next seal
LAG = dt.timedelta(minutes=1)
#: so many events at most are under one seal
MOST = 100_000
#: where the seals by time begin
BEGINNING = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

#: so long those may take who write events right now; otherwise the next housekeeping seals
_PATIENCE = 1.0
_GLANCE = 0.02
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
#: the number of an event and when it was recorded, 8 bytes each
_PLACE = struct.Struct(">Qq")

_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(7304118004) AS got")
_LAST = sa.text("""
SELECT to_at, digest, coalesce((SELECT max(upto_id) FROM audit_seals), 0) AS upto_id
FROM audit_seals ORDER BY id DESC LIMIT 1
""")
# What bears a time that is still to come was written before the clock was set back.
_REACHED = sa.text("""
SELECT max(id) FROM (
    SELECT id FROM audit_events
    WHERE id > :after AND (recorded_at <= now() - CAST(:lag AS interval) OR recorded_at > clock_timestamp())
    ORDER BY id LIMIT :most) e
""")
_WRITING = sa.text("""
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = CAST('audit_events' AS regclass) AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND pid IS DISTINCT FROM pg_backend_pid()
""")
_EVENTS = sa.text("""
SELECT id, recorded_at, hash FROM audit_events WHERE id > :after AND id <= :upto ORDER BY id
""")
_WRITE = sa.text("""
INSERT INTO audit_seals (from_at, to_at, after_id, upto_id, events, digest, previous)
VALUES (:from_at, greatest(clock_timestamp(), CAST(:from_at AS timestamptz) + interval '1 microsecond'),
        :after, :upto, :events, :digest, :previous)
""")


def seal(tx: Transaction, lag: dt.timedelta = LAG) -> int:
    """Seal the events after the last seal, ``MOST`` of them; returns how many. Another sealer at work means 0.

    ``tx`` must read what others commit meanwhile (READ COMMITTED).
    """
    got = tx.row(_LOCK)
    if got is None or not got.got:
        return 0
    last = tx.row(_LAST)
    from_at, after, previous = (last.to_at, last.upto_id, bytes(last.digest)) if last else (BEGINNING, 0, GENESIS)
    upto = tx.value(_REACHED, after=after, lag=lag, most=MOST)
    if upto is None or not _everybody_ended(tx):
        return 0
    events, digest = digest_of(previous, tx.stream(_EVENTS, after=after, upto=upto), numbered=True)
    tx.run(_WRITE, from_at=from_at, after=after, upto=upto, events=events, digest=digest, previous=previous)
    return events


def _everybody_ended(tx: Transaction) -> bool:
    """Wait for those who write events at this moment; False when one of them takes too long."""
    writing = {row.virtualtransaction for row in tx.rows(_WRITING)}
    until = time.monotonic() + _PATIENCE
    while writing and time.monotonic() < until:
        time.sleep(_GLANCE)
        writing &= {row.virtualtransaction for row in tx.rows(_WRITING)}
    return not writing


def digest_of(previous: bytes, events: Iterable[AnyRow], *, numbered: bool) -> tuple[int, bytes]:
    """How many events (number, when recorded, hash), and SHA-256 over the previous digest and their hashes in order.

    Where seals go by number, each hash follows the event's number and the moment it was recorded, 8 bytes each.
    """
    digest = hashlib.sha256(previous)
    count = 0
    for number, recorded_at, event in events:
        if numbered:
            digest.update(_PLACE.pack(number, (recorded_at - _EPOCH) // _MICROSECOND))
        digest.update(event)
        count += 1
    return count, digest.digest()
