"""What programs were answered that sent a key of their own with a change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.identity import new_id
from connector.store.operator import erasures

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

#: how long a key is known
KEPT = dt.timedelta(hours=24)
_AT_ONCE = 500
#: what is kept of an answer that may have quoted what was erased
_ERASED = b""

_SWEEP = """
DELETE FROM api_answers WHERE id IN (
    SELECT id FROM api_answers WHERE created_at < now() - CAST(:kept AS interval) LIMIT :most FOR UPDATE SKIP LOCKED)
"""
_BEGIN = """
INSERT INTO api_answers (id, operator_id, key, request_digest) VALUES (:id, :operator, :key, :digest)
ON CONFLICT (operator_id, key) DO NOTHING
"""
_KNOWN = """
SELECT id, request_digest, answer, created_at FROM api_answers WHERE operator_id = :operator AND key = :key
"""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A request that came with a key."""

    id: UUID
    request_digest: bytes
    #: sealed; None while nobody knows how it ended, empty where it was erased
    answer: bytes | None
    created_at: dt.datetime
    #: whether it came in this moment, for the first time
    fresh: bool


def begin(tx: OperatorTransaction, operator_id: UUID, key: str, digest: bytes) -> Known:
    """Remember that this is being done; or what is known of the one that came with the key before."""
    erasures.moment(tx)
    tx.run(_SWEEP, kept=KEPT, most=_AT_ONCE)
    tx.run(
        "DELETE FROM api_answers WHERE operator_id = :operator AND key = :key"
        " AND created_at < now() - CAST(:kept AS interval)",
        operator=operator_id,
        key=key,
        kept=KEPT,
    )
    fresh = tx.run(_BEGIN, id=new_id(), operator=operator_id, key=key, digest=digest) > 0
    row = tx.mapping(_KNOWN, operator=operator_id, key=key)
    assert row is not None  # noqa: S101 - it is written, and nobody forgets it so soon
    answer = row["answer"]
    return Known(
        id=row["id"],
        request_digest=bytes(row["request_digest"]),
        answer=None if answer is None else bytes(answer),
        created_at=row["created_at"],
        fresh=fresh,
    )


def end(tx: OperatorTransaction, number: UUID, answer: bytes) -> None:
    """Keep what it was answered, sealed; nothing of it where a person's data was erased meanwhile."""
    row = tx.mapping("SELECT created_at FROM api_answers WHERE id = :id", id=number)
    if row is not None and erasures.since(tx, row["created_at"]):
        answer = _ERASED
    tx.run("UPDATE api_answers SET answer = :answer WHERE id = :id", id=number, answer=answer)


def forget(tx: OperatorTransaction, number: UUID) -> None:
    """Nothing was done: the key is free again."""
    tx.run("DELETE FROM api_answers WHERE id = :id", id=number)


def forget_answers(tx: OperatorTransaction) -> int:
    """Remove what was answered, and know on that it was done: the same key does nothing a second time."""
    return tx.run("UPDATE api_answers SET answer = '' WHERE octet_length(answer) > 0")
