"""Everything about a person goes, but that it was there: documents, names, and what these are found by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.reading.search_terms import term
from connector.store.operator import api_answers, audit, erasures, job_files, retained_messages
from connector.store.operator.erasures import EVENT, SUBJECT
from connector.store.schema.conditions import NOT_ENDED, SOURCE
from connector.store.work import payloads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction

BATCH = 200

# All versions of the documents that are of this party.
_MEANT = f"""
SELECT r.id, coalesce(s.kind, '') AS kind, r.source_key,
       r.{NOT_ENDED} OR EXISTS (
           SELECT FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL) AS needed
  FROM all_records r LEFT JOIN summaries s ON s.record_id = r.id
 WHERE r.document_id IN (
           SELECT o.document_id FROM search_terms t JOIN all_records o ON o.id = t.record_id
             JOIN summaries n ON n.record_id = o.id
            WHERE t.term = :term AND upper(n.party) = upper(:party)
           UNION SELECT o.document_id FROM all_records o
            WHERE CAST(o.id AS text) = :party OR o.id = ANY(CAST(:records AS uuid[])))
   AND (s.record_id IS NOT NULL OR EXISTS (SELECT FROM payloads p WHERE p.record_id = r.id)
        OR r.source_payload IS NOT NULL OR r.target_payload IS NOT NULL OR EXISTS (
            SELECT FROM flows f JOIN integrations i ON i.id = f.integration_id JOIN received_messages m
                ON m.connection_id = {SOURCE} AND m.message_key = r.source_key AND octet_length(m.body) > 0
              JOIN connections c ON c.id = m.connection_id
             WHERE f.id = r.flow_id AND c.system = ANY(CAST(:systems AS text[]))))
 ORDER BY r.id
"""  # noqa: S608  constant parts only
_LOCK = sa.text(f"""
SELECT r.id FROM documents d JOIN all_records r ON r.document_id = d.id
 WHERE r.id = ANY(CAST(:records AS uuid[])) AND NOT r.{NOT_ENDED}
 ORDER BY d.flow_id, d.source_key, r.id FOR NO KEY UPDATE OF d, r
""")  # noqa: S608  constant parts only
_ERASE = (
    "DELETE FROM payloads WHERE record_id = ANY(CAST(:records AS uuid[]))",
    "DELETE FROM summaries WHERE record_id = ANY(CAST(:records AS uuid[]))",
    "DELETE FROM search_terms WHERE record_id = ANY(CAST(:records AS uuid[]))",
    """UPDATE all_records SET source_payload = NULL, target_payload = NULL, why = ''
        WHERE id = ANY(CAST(:records AS uuid[]))""",
)
# They name whose documents differ; whoever asks both systems anew finds what still does.
_FORGET_COMPARISONS = """
DELETE FROM comparisons WHERE flow_id IN (SELECT flow_id FROM all_records WHERE id = ANY(CAST(:records AS uuid[])))
"""
_UNNAMED = f"""
SELECT r.id, {payloads.of(payloads.SOURCE)} AS source, {payloads.of(payloads.TARGET)} AS target
  FROM all_records r LEFT JOIN summaries s ON s.record_id = r.id
 WHERE r.id > :after AND (s.record_id IS NULL OR s.kind = ANY(CAST(:kinds AS text[])) AND s.party = '')
 ORDER BY r.id LIMIT :most
"""  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Unnamed:
    """One record of which only its documents say whose it is, sealed; None where they are gone."""

    id: UUID
    source: bytes | None
    target: bytes | None


@dataclass(frozen=True, kw_only=True)
class Meant:
    """One record that is about a person."""

    id: UUID
    kind: str
    source_key: str
    #: it is under way, or has a dead letter that is open: its document is still needed
    needed: bool


def meant(
    tx: OperatorTransaction, party: str, *, systems: Sequence[str] = (), records: Sequence[UUID] = ()
) -> list[Meant]:
    """The records of an employee, by their id, or those of the documents that some records are of.

    ``systems`` are those whose messages go with their documents.
    """
    named = {"systems": list(systems), "records": list(records)}
    return [Meant(**row) for row in tx.mappings(_MEANT, term=term(party), party=party.strip().lower(), **named)]


def unnamed(tx: OperatorTransaction, kinds: Sequence[str], after: UUID) -> list[Unnamed]:
    """The next records whose person their summary does not name, and those without a summary."""
    return [Unnamed(**row) for row in tx.mappings(_UNNAMED, kinds=list(kinds), after=after, most=BATCH)]


def new_certificate() -> str:
    """What the trail calls an erasure."""
    return f"{SUBJECT}:{new_id()}"


def erase(
    tx: OperatorTransaction,
    records: Sequence[UUID],
    certificate: str,
    detail: dict[str, Any],
    *,
    systems: Sequence[str] = (),
) -> int:
    """Erase these records' documents, names and search terms, in one transaction with what certifies it."""
    erasures.begin(tx)
    ended = [row.id for row in tx.rows(_LOCK, records=list(records))]
    for statement in (*_ERASE, _FORGET_COMPARISONS):
        tx.run(statement, records=ended)
    messages = retained_messages.erase(tx, systems, ended)
    about = {"records": [str(one) for one in ended], "messages": messages}
    audit.note(tx, certificate, EVENT, {**detail, **about, **_forget_quotations(tx)})
    return len(ended)


def erase_message(tx: OperatorTransaction, number: int, certificate: str, detail: dict[str, Any]) -> bool:
    """Erase what a message said that no flow reads; False where one may."""
    erasures.begin(tx)
    if not retained_messages.erase_one(tx, number):
        return False
    audit.note(tx, certificate, EVENT, {**detail, "records": [], "messages": [number], **_forget_quotations(tx)})
    return True


def _forget_quotations(tx: OperatorTransaction) -> dict[str, int]:
    """What long work found and what programs were answered may quote documents; how much of both there was."""
    jobs = tx.run("DELETE FROM jobs WHERE ended_at IS NOT NULL")
    job_files.forget(tx)  # of those that have not ended
    return {"results": jobs, "answers": api_answers.forget_answers(tx)}
