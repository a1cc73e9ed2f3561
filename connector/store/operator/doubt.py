"""The attempt that the letters of a document are in doubt about, as an operator answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain import canonical
from connector.domain.payload import payload_identity
from connector.domain.record import Hold, State
from connector.store.binding import fact_binding, link_binding
from connector.store.operator.records import LOCKED, Locked, as_locked
from connector.store.postgres.text import findable, json
from connector.store.schema.conditions import NOT_ENDED
from connector.store.work import archive, payloads, versions
from connector.store.work.tried import unanswered

if TYPE_CHECKING:
    from uuid import UUID

    from connector.ports import Vault
    from connector.store.operator.transaction import OperatorTransaction

_DOCUMENT = "(SELECT n.document_id FROM records n WHERE n.id = :record)"
_SAID = sa.text("""
UPDATE records SET result = coalesce(result, '{}') || jsonb_build_object('facts', CAST(:facts AS jsonb))
WHERE id = :record RETURNING document_id
""")
_OPEN = unanswered(_DOCUMENT)


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a document, locked."""

    record: Locked
    hold: str | None
    #: its open letter, and what that says
    letter_id: UUID | None
    code: str | None

    @property
    def is_newest(self) -> bool:
        """Whether no later version was read."""
        return self.record.version == self.record.newest_version

    @property
    def waits_its_turn(self) -> bool:
        """Whether an older version is still under way."""
        return self.hold == Hold.VERSION


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A write without an answer."""

    #: which of the attempts at its document
    attempt: int
    #: of the document, which was sent
    version: int
    #: whether that version was mapped once more since, so that what it would send now may be something else
    mapped_since: bool
    record_id: UUID
    #: sealed; what it would send now
    target: bytes | None


def lock(tx: OperatorTransaction, record_id: UUID) -> list[Version]:
    """Lock the document of a record, and those of its versions that are not at an end which nothing changes any more.

    Ordered by version. Of those that have ended well only the newest is among them.
    """
    archive.bring_back_records(tx, [record_id])
    rows = tx.mappings(
        f"""
        SELECT r.hold, {LOCKED},
               (SELECT l.id FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL) AS letter_id,
               (SELECT l.code FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL) AS code
          FROM records r JOIN documents d ON d.id = r.document_id
         WHERE r.id = ANY(ARRAY(
               SELECT m.id FROM records m
                WHERE m.document_id = {_DOCUMENT}
                  AND m.version = (SELECT k.version FROM documents k WHERE k.id = {_DOCUMENT})
               UNION ALL SELECT m.id FROM records m WHERE m.document_id = {_DOCUMENT} AND m.{NOT_ENDED}
               UNION ALL SELECT m.id FROM records m WHERE m.document_id = {_DOCUMENT} AND m.state = 'dead'))
         ORDER BY r.id FOR UPDATE OF r
        """,  # noqa: S608  constant parts only
        record=record_id,
    )
    found = [
        Version(hold=row.pop("hold"), letter_id=row.pop("letter_id"), code=row.pop("code"), record=as_locked(row))
        for row in map(dict, rows)
    ]
    return sorted(found, key=lambda one: one.record.version)


def of(tx: OperatorTransaction, record_id: UUID) -> Doubt | None:
    """The write of its document that has no answer; None without one."""
    row = tx.mapping(
        f"""
        SELECT a.number AS attempt, r.version, r.id AS record_id, {payloads.of(payloads.TARGET)} AS target, EXISTS (
                   SELECT FROM audit_events e
                    WHERE e.subject = CAST(r.id AS text) AND e.name = 'record.mapped' AND e.at > a.sent_at
               ) AS mapped_since
          FROM attempts a JOIN records r ON r.id = a.record_id WHERE {_OPEN}
        """,  # noqa: S608  likewise
        record=record_id,
    )
    return None if row is None else Doubt(**row)


def is_there(tx: OperatorTransaction, doubt: Doubt, target_id: str) -> None:
    """A person found it: what was sent is what the target holds, and what was said of it then is known of it."""
    found = tx.row(
        sa.text(
            f"""
            WITH answered AS (
                UPDATE attempts a SET answer = 'adopted', answered_at = now(), target_id = :target_id
                 WHERE {_OPEN} RETURNING a.document_id, a.fingerprint)
            UPDATE documents d SET target_id = :target_id, loaded_fingerprint = sent.fingerprint
              FROM answered sent WHERE d.id = sent.document_id RETURNING {link_binding.PARTS}
            """  # noqa: S608  likewise
        ),
        record=doubt.record_id,
        target_id=findable(target_id),
    )
    if found is None or tx.vault is None:
        return
    key = link_binding.key_of(tx, tx.vault())
    link_binding.bind(tx, key, [found])
    if facts := _said(tx.vault(), doubt):
        document = tx.value(_SAID, record=doubt.record_id, facts=json(facts))
        fact_binding.bind_of(tx, key, document)


def _said(vault: Vault, doubt: Doubt) -> Any:  # noqa: ANN401 - facts, as they are written
    """The facts of what was sent, where that is known."""
    if doubt.target is None or doubt.mapped_since:
        return None
    sealed = vault.open(bytes(doubt.target), payload_identity(doubt.record_id, "target"))
    return canonical.loads(sealed).get("facts")


def is_not_there(tx: OperatorTransaction, record_id: UUID) -> None:
    """A person looked and did not find it, nor what was there before."""
    tx.run(
        f"""
        WITH answered AS (
            UPDATE attempts a SET answer = 'not there', answered_at = now() WHERE {_OPEN} RETURNING a.document_id)
        UPDATE documents d SET loaded_fingerprint = NULL FROM answered WHERE d.id = answered.document_id
        """,  # noqa: S608  likewise
        record=record_id,
    )


def look_again(tx: OperatorTransaction, records: list[UUID]) -> None:
    """Have these, which wait, look at once whether they still have to."""
    tx.run("UPDATE records SET due_at = now(), queued_until = NULL WHERE id = ANY(:ids)", ids=records)


def give_way(tx: OperatorTransaction, older: list[Version], heads: dict[UUID, bytes], *, newest: int) -> None:
    """End versions whose question is answered, and which a newer one has taken the place of."""
    ended = [
        _Ended(id=one.record.record_id, state=State(one.record.state), audit_head=heads[one.record.record_id])
        for one in older
    ]
    versions.supersede(tx, ended, why=f"settled, and version {newest} counts", actor=tx.actor, at=tx.now)


@dataclass(frozen=True, kw_only=True)
class _Ended:
    id: UUID
    state: State
    audit_head: bytes
