"""Seals: digests over everything the audit trail holds from one event's number to another's, chained to each other.

A record's own chain shows an edited event. Somebody who may write to the tables could make a whole chain anew; then the
seal does not fit any more. Nor can they make new seals: each is authenticated (HMAC) under a key that is derived from
the master key, and stands for all seals before it, because it builds on their digests. So a key that is not at hand any
more is not missed, once a newer one has sealed (``renew``). The newest seal is remembered beside the seals, and nothing
is sealed when it is gone: a trail that somebody cut must not be sealed as if it were whole.

Seals go by the events' numbers, not by time: a sequence never goes back, while the database's clock does when a machine
is restored or its time is put right. Numbers become visible out of order, though, so a number is sealed only once
everybody who was writing events when it was seen has ended. Whoever writes an event holds a lock on the table from
before its number is drawn until after the commit; whoever came later draws a higher one. Nobody waits for a seal.

Older releases sealed without a key (``mac`` is null), the oldest by time (``upto_id`` is null). Their seals stay in the
chain, and seals by number begin again with the first event.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.audit import GENESIS
from connector.domain.errors import ConfigurationError
from connector.store.audit import authenticity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.store.audit.authenticity import Keys
    from connector.store.postgres.transaction import AnyRow, Transaction

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

_LOCK = sa.text("SELECT pg_try_advisory_xact_lock(7304118004)")
_WAIT_LOCK = sa.text("SELECT pg_advisory_xact_lock(7304118004)")
_LAST = sa.text("""
SELECT to_at, digest, coalesce((SELECT max(upto_id) FROM audit_seals), 0) AS upto_id,
       greatest(clock_timestamp(), to_at + interval '1 microsecond') AS now
FROM audit_seals ORDER BY id DESC LIMIT 1
""")
_NOW = sa.text("SELECT clock_timestamp()")
_NEWEST = sa.text("""
SELECT n.seal, s.* FROM audit_newest_seal n LEFT JOIN audit_seals s ON s.id = n.seal AND s.digest = n.digest
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
INSERT INTO audit_seals (from_at, to_at, after_id, upto_id, events, digest, previous, key_id, mac)
VALUES (:from_at, :to_at, :after_id, :upto_id, :events, :digest, :previous, :key_id, :mac) RETURNING id
""")
_REMEMBER = sa.text("""
INSERT INTO audit_newest_seal (seal, digest) VALUES (:seal, :digest)
ON CONFLICT (sole) DO UPDATE SET seal = excluded.seal, digest = excluded.digest
""")


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A seal that was made."""

    number: int
    made_at: dt.datetime
    #: it and the seals before it cover the events up to this one
    upto: int
    events: int
    #: in hexadecimal digits; what it builds on, too
    digest: str
    key_id: str | None


def seal(tx: Transaction, keys: Keys | None, lag: dt.timedelta = LAG) -> Seal | None:
    """Seal the events after the last seal, ``MOST`` of them; None when there are none, or somebody else is sealing.

    Raises ConfigurationError when the newest seal is gone. ``tx`` must read what others commit meanwhile (READ
    COMMITTED). Without keys, as older releases do.
    """
    if not tx.value(_LOCK):
        return None
    last = _last(tx, keys)
    upto = tx.value(_REACHED, after=last.upto_id, lag=lag, most=MOST)
    if upto is None or not _everybody_ended(tx):
        return None
    return _write(tx, keys, last, upto=upto)


def renew(tx: Transaction, keys: Keys) -> Seal | None:
    """Vouch for everything sealed so far under the newest master key, too; None when it does already."""
    tx.value(_WAIT_LOCK)
    newest = tx.row(_NEWEST)
    last = _last(tx, keys)
    if newest is None or newest.key_id == keys.key_ids[0]:
        return None
    return _write(tx, keys, last, upto=last.upto_id)


def key_in_use(tx: Transaction) -> str | None:
    """The id of the master key that vouches for the trail."""
    newest = tx.row(_NEWEST)
    return None if newest is None else newest.key_id


@dataclass(frozen=True)
class _Last:
    """What the next seal builds on."""

    to_at: dt.datetime
    upto_id: int
    digest: bytes
    #: the time of the next one
    now: dt.datetime


def _last(tx: Transaction, keys: Keys | None) -> _Last:
    _check_newest(tx, keys)
    row = tx.row(_LAST)
    if row is None:
        return _Last(BEGINNING, 0, GENESIS, tx.value(_NOW))
    return _Last(row.to_at, row.upto_id, bytes(row.digest), row.now)


def _check_newest(tx: Transaction, keys: Keys | None) -> None:
    """What was sealed last must be there, and ours, or this would seal what somebody made of it."""
    row = tx.row(_NEWEST)
    if row is None or keys is None:
        return
    if row.mac is None or (row.key_id in keys.key_ids and not authenticity.told_by(keys, row)):
        raise ConfigurationError(
            f"Seal {row.seal} of the audit trail, the newest that was made, is gone or altered: nothing more is sealed "
            "until a person has looked. Run `ml-connector audit verify`; docs/security.md says how to go on."
        )


def _write(tx: Transaction, keys: Keys | None, last: _Last, *, upto: int) -> Seal:
    events, digest = digest_of(last.digest, tx.stream(_EVENTS, after=last.upto_id, upto=upto), numbered=True)
    facts = {
        "from_at": last.to_at,
        "to_at": last.now,
        "after_id": last.upto_id,
        "upto_id": upto,
        "events": events,
        "digest": digest,
        "previous": last.digest,
    }
    key_id = None if keys is None else keys.key_ids[0]
    mac = None if keys is None else authenticity.mac_of(keys, facts)
    number = tx.value(_WRITE, **facts, key_id=key_id, mac=mac)
    if keys is not None:
        tx.run(_REMEMBER, seal=number, digest=digest)
    return Seal(number=number, made_at=last.now, upto=upto, events=events, digest=digest.hex(), key_id=key_id)


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
            digest.update(place_of(number, recorded_at))
        digest.update(event)
        count += 1
    return count, digest.digest()


def place_of(number: int, recorded_at: dt.datetime) -> bytes:
    """An event's number and the moment it was recorded (microseconds since 1970), 8 bytes each, the highest first."""
    return _PLACE.pack(number, (recorded_at - _EPOCH) // _MICROSECOND)
