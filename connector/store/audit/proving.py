"""What proves the events of one document: its chains, the seals over them, and all it takes to compute both again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.audit import GENESIS, Event
from connector.store.audit import authenticity
from connector.store.audit.seals import place_of
from connector.store.audit.verifying import Finding, misfits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.store.audit.authenticity import Keys
    from connector.store.postgres.transaction import AnyRow, Transaction

_COLUMNS = "e.id, e.recorded_at, e.subject, e.name, e.actor, e.at, e.detail, e.hash, e.previous"
# One statement is one moment: a record and its newest event are never of two.
_OF_RECORDS = sa.text(f"""
SELECT r.id AS record, r.audit_head, {_COLUMNS}
  FROM all_records r LEFT JOIN audit_events e ON e.subject = CAST(r.id AS text)
 WHERE r.document_id = :document ORDER BY r.version, e.id
""")  # noqa: S608  constant parts only
# What a person did to it that is written about them, or about its flow.
_ELSEWHERE = sa.text(f"""
SELECT {_COLUMNS} FROM audit_heads h JOIN audit_events e ON e.subject = h.subject
 WHERE h.subject LIKE 'operator:%' AND e.name = 'operator.read_payload' AND e.detail ->> 'record' = ANY(:records)
UNION ALL
SELECT {_COLUMNS} FROM audit_events e
 WHERE e.subject = :flow AND e.name = 'operator.reread' AND jsonb_exists(e.detail -> 'documents', :key)
 ORDER BY id
""")  # noqa: S608  constant parts only
_SEALS = sa.text("""
SELECT s.id, s.from_at, s.to_at, s.after_id, s.upto_id, s.events, s.digest, s.previous, s.key_id, s.mac
  FROM audit_seals s
 WHERE EXISTS (SELECT FROM unnest(CAST(:events AS bigint[])) AS e (id) WHERE e.id > s.after_id AND e.id <= s.upto_id)
 ORDER BY s.id
""")
_COVERED = sa.text("SELECT id, recorded_at, hash FROM audit_events WHERE id > :after AND id <= :upto ORDER BY id")


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """One event, and the text that its hash is over."""

    id: int
    subject: str
    name: str
    actor: str
    at: dt.datetime
    recorded_at: dt.datetime
    detail: Mapping[str, Any]
    #: ``hash`` is SHA-256 over the 32 bytes of ``previous`` and these letters
    hashed: str
    previous: str
    hash: str
    #: the number of the seal that covers it; None while none does
    seal: int | None


@dataclass(frozen=True, kw_only=True)
class Covering:
    """One seal over some of these events, with everything that its digest is over."""

    number: int
    made_at: dt.datetime
    after: int
    upto: int
    events: int
    #: SHA-256 over the 32 bytes of ``previous`` and all of ``covered``
    digest: str
    previous: str
    #: of every event under it, also of other documents: its number and its moment (8 bytes each), and its hash
    covered: tuple[str, ...]
    key_id: str | None
    mac: str | None
    #: what the mac is over
    stated: str
    #: whether it was made with that master key; None where that is not at hand, or it was made without
    authentic: bool | None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The events of a document, and what vouches for them."""

    #: of each record, in the order of its versions
    events: Mapping[UUID, Sequence[Witnessed]]
    #: written about others: who looked at its content, who had it read again
    elsewhere: Sequence[Witnessed]
    seals: Sequence[Covering]
    findings: Sequence[Finding]


def prove(tx: Transaction, document: UUID, *, flow: str, key: str, keys: Keys | None) -> Proof:
    """Everything about a document (of ``flow``, by its source key), read anew and computed again."""
    by_record: dict[UUID, list[AnyRow]] = {}
    heads: dict[UUID, bytes] = {}
    for row in tx.rows(_OF_RECORDS, document=document):
        heads[row.record] = bytes(row.audit_head)
        by_record.setdefault(row.record, []).extend([row] if row.id is not None else [])
    other = tx.rows(_ELSEWHERE, records=[str(record) for record in heads], flow=f"flow:{flow}", key=key)
    numbers = [row.id for rows in (*by_record.values(), other) for row in rows]
    seals = [_covering(tx, row, keys) for row in tx.rows(_SEALS, events=numbers)]
    return Proof(
        events={record: _witnessed(rows, seals) for record, rows in by_record.items()},
        elsewhere=_witnessed(other, seals),
        seals=seals,
        findings=[*_unchained(by_record, heads), *_unproved(other), *_broken(seals)],
    )


def _unchained(by_record: Mapping[UUID, Sequence[AnyRow]], heads: Mapping[UUID, bytes]) -> Iterator[Finding]:
    for record, rows in by_record.items():
        head = GENESIS
        for row in rows:
            yield from misfits(row, head)
            head = bytes(row.hash)
        if head != heads[record]:
            problem = "this is not the newest event its record knows of: one is missing after it, or it was invented"
            yield Finding(subject=str(record), event=rows[-1].id if rows else None, problem=problem)


def _unproved(rows: Iterable[AnyRow]) -> Iterator[Finding]:
    """Of what is written about others only the events themselves are looked at: their chains are of other things."""
    for row in rows:
        yield from misfits(row, bytes(row.previous))


def _broken(seals: Iterable[Covering]) -> Iterator[Finding]:
    for seal in seals:
        digest = hashlib.sha256(bytes.fromhex(seal.previous + "".join(seal.covered))).hexdigest()
        if digest != seal.digest or len(seal.covered) != seal.events:
            problem = "what it covers is not what was sealed: an event was altered, added or removed"
            yield Finding(subject=f"seal:{seal.number}", event=None, problem=problem)
        if seal.authentic is False:
            problem = f"this seal was not made with the master key {seal.key_id}: altered, or forged"
            yield Finding(subject=f"seal:{seal.number}", event=None, problem=problem)


def _covering(tx: Transaction, row: AnyRow, keys: Keys | None) -> Covering:
    told = {name: getattr(row, name) for name in authenticity.TOLD}
    known = row.mac is not None and keys is not None and row.key_id in keys.key_ids
    under = tx.stream(_COVERED, after=row.after_id, upto=row.upto_id)
    return Covering(
        number=row.id,
        made_at=row.to_at,
        after=row.after_id,
        upto=row.upto_id,
        events=row.events,
        digest=bytes(row.digest).hex(),
        previous=bytes(row.previous).hex(),
        covered=tuple((place_of(number, at) + bytes(hash_)).hex() for number, at, hash_ in under),
        key_id=row.key_id,
        mac=None if row.mac is None else bytes(row.mac).hex(),
        stated=authenticity.statement_of(told).decode(),
        authentic=authenticity.told_by(keys, row) if known and keys is not None else None,
    )


def _witnessed(rows: Iterable[AnyRow], seals: Sequence[Covering]) -> tuple[Witnessed, ...]:
    return tuple(
        Witnessed(
            id=row.id,
            subject=row.subject,
            name=row.name,
            actor=row.actor,
            at=row.at,
            recorded_at=row.recorded_at,
            detail=row.detail,
            hashed=Event(subject=row.subject, name=row.name, actor=row.actor, at=row.at, detail=row.detail).hashed,
            previous=bytes(row.previous).hex(),
            hash=bytes(row.hash).hex(),
            seal=next((seal.number for seal in seals if seal.after < row.id <= seal.upto), None),
        )
        for row in rows
    )
