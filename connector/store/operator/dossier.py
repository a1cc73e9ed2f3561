"""One document with all its versions, as an auditor's file shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.audit import proving
from connector.store.operator.dead_letters import of_records
from connector.store.operator.records import SELECT, Record, absent, attempts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.audit.authenticity import Keys
    from connector.store.audit.proving import Proof
    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.records import Attempt
    from connector.store.operator.transaction import OperatorTransaction

_DOCUMENT = """
SELECT d.id, i.name || '/' || f.name AS flow, d.source_key, d.version, d.target_id, d.target_key, d.first_seen,
       d.last_seen
  FROM documents d JOIN flows f ON f.id = d.flow_id JOIN integrations i ON i.id = f.integration_id
 WHERE d.id = (SELECT r.document_id FROM all_records r WHERE r.id = :record)
"""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is known of a document, whatever the version."""

    id: UUID
    flow: str
    source_key: str
    #: the newest one that was read
    version: int
    target_id: str | None
    target_key: str | None
    first_seen: dt.datetime
    last_seen: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version: where it stands, every try at the target, every letter it became."""

    record: Record
    attempts: Sequence[Attempt]
    letters: Sequence[DeadLetter]


def of(tx: OperatorTransaction, record_id: UUID) -> tuple[Document, list[Version]]:
    """The document of a record with all its versions, the oldest first; raises ConfigurationError for no record."""
    row = tx.mapping(_DOCUMENT, record=record_id)
    if row is None:
        raise absent(record_id)
    document = Document(**row)
    records = tx.mappings(f"{SELECT} WHERE r.document_id = :document ORDER BY r.version", document=document.id)
    letters = sorted(of_records(tx, [one["id"] for one in records]), key=lambda letter: (letter.created_at, letter.id))
    return document, [
        Version(
            record=Record(**one),
            attempts=attempts(tx, one["id"]),
            letters=[letter for letter in letters if letter.record_id == one["id"]],
        )
        for one in records
    ]


def proof(tx: OperatorTransaction, document: Document, *, keys: Keys | None) -> Proof:
    """Its events, and what vouches for them."""
    return proving.prove(tx, document.id, flow=document.flow, key=document.source_key, keys=keys)
