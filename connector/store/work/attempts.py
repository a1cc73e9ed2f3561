"""Attempts: a try at changing a target is written down before its request leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from connector.domain.errors import StoreUnavailable
from connector.domain.identity import new_id
from connector.domain.record import Evidence, KeyOwner, OpenedAttempt
from connector.store.audit import trail
from connector.store.postgres.text import findable, json, storable

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.domain.record import AttemptAnswer, Claim
    from connector.store.postgres.transaction import Transaction

#: an attempt of this document that nobody knows the answer of: only its last one, because opening one closes that
UNANSWERED = """
    a.document_id = {document} AND (a.answered_at IS NULL OR a.answer = 'unknown')
    AND a.number = (SELECT max(n.number) FROM attempts n WHERE n.document_id = {document})
"""
#: whether a target surely has a document, and whether it may
IS_THERE = """(
    {document}.target_id IS NOT NULL OR EXISTS (
        SELECT FROM attempts a WHERE a.document_id = {document}.id AND a.answer IN ('accepted', 'adopted')))"""
MAY_BE_THERE = """(
    {document}.target_id IS NOT NULL OR EXISTS (
        SELECT FROM attempts a
        WHERE a.document_id = {document}.id AND coalesce(a.answer, 'unknown') IN ('unknown', 'accepted', 'adopted')))"""
# A document keeps the target key it was first sent under. It may take another only while the target surely has nothing
# of it: the new key would be a second document there.
_OPEN = sa.text(f"""
WITH owner AS MATERIALIZED (
    SELECT d.id FROM documents d
    WHERE d.id = :document
      AND (d.target_key IS NULL OR d.target_key = :key OR NOT {MAY_BE_THERE.format(document="d")})
      AND NOT EXISTS (SELECT FROM documents o WHERE o.flow_id = :flow AND o.target_key = :key AND o.id <> d.id)
    FOR NO KEY UPDATE
),
mine AS (
    UPDATE records r SET audit_head = :head FROM owner
    WHERE r.id = :record AND r.fence = :fence AND r.lease_owner IS NOT NULL AND r.audit_head = :previous
    RETURNING r.id, r.document_id
),
keyed AS (
    UPDATE documents d SET target_key = :key FROM mine
    WHERE d.id = mine.document_id AND d.target_key IS DISTINCT FROM :key
),
closed AS (
    UPDATE attempts a SET answer = 'not there', answered_at = CAST(:at AS timestamptz) FROM mine
    WHERE a.document_id = mine.document_id AND {UNANSWERED.format(document=":document")}
),
happened AS (
    INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
    SELECT CAST(:subject AS text), :event, :actor, CAST(:at AS timestamptz), CAST(:detail AS jsonb), :head, :previous
    FROM mine
)
INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, actor)
SELECT CAST(:attempt AS uuid), mine.id, mine.document_id,
       1 + coalesce((SELECT max(n.number) FROM attempts n WHERE n.document_id = :document), 0),
       :key, :fingerprint, CAST(:at AS timestamptz), :actor
FROM mine
""")  # noqa: S608  constant parts only
# Locked first and looked at afterwards: a try that its owner commits meanwhile is seen.
_OTHERS = sa.text("""
SELECT id FROM documents WHERE flow_id = :flow AND target_key = :key AND id <> :document FOR NO KEY UPDATE
""")
_GIVE_UP_KEY = sa.text(f"""
UPDATE documents d SET target_key = NULL
WHERE d.flow_id = :flow AND d.target_key = :key AND d.id <> :document AND NOT {MAY_BE_THERE.format(document="d")}
""")  # noqa: S608  constant parts only
# A worker that slept may answer when others have found out long ago, and have sent more since: what it says of its own
# attempt counts only while nobody knows better, and of what the target holds only while its attempt is the last one.
_ANSWER = sa.text("""
WITH locked AS MATERIALIZED (
    SELECT d.id FROM documents d WHERE d.id = (SELECT document_id FROM attempts WHERE id = :attempt) FOR NO KEY UPDATE
),
answered AS (
    UPDATE attempts SET answer = :answer, answered_at = CAST(:at AS timestamptz), target_id = CAST(:target_id AS text),
           warning = :warning
    WHERE id = :attempt AND document_id IN (SELECT id FROM locked)
      AND (answered_at IS NULL OR answer = 'unknown' OR (answer = 'not there' AND :answer IN ('accepted', 'adopted')))
    RETURNING document_id, number
)
UPDATE documents d SET loaded_fingerprint = :loaded FROM answered
WHERE d.id = answered.document_id AND CAST(:loaded AS text) IS NOT NULL
  AND answered.number = (SELECT max(n.number) FROM attempts n WHERE n.document_id = answered.document_id)
""")
_ASKED = sa.text("""
UPDATE attempts SET asked = greatest(asked, :asked), asked_at = greatest(asked_at, CAST(:at AS timestamptz))
WHERE id = :attempt
""")
_OWN_ANSWER = sa.text("""
SELECT EXISTS (
    SELECT FROM records r JOIN attempts a ON a.record_id = r.id
    WHERE r.id = :record AND r.target_id IS NULL AND a.answer IN ('accepted', 'adopted')
      AND a.number = (SELECT max(n.number) FROM attempts n WHERE n.document_id = r.document_id))
""")
_SENT_OTHERWISE = sa.text("SELECT target_key FROM documents WHERE id = :document AND target_key <> :key")
_EVIDENCE = sa.text("""
SELECT EXISTS (SELECT FROM records r WHERE r.document_id = :document AND r.correlation_id = :correlation) AS ours,
       (SELECT a.fingerprint FROM attempts a
        WHERE a.document_id = :document AND coalesce(a.answer, 'unknown') IN ('unknown', 'accepted', 'adopted')
        ORDER BY a.number DESC LIMIT 1) AS sent
""")
_OWNER = sa.text(f"""
SELECT d.source_key, {IS_THERE.format(document="d")} AS certain
FROM documents d WHERE d.flow_id = :flow AND d.target_key = :key
""")  # noqa: S608  constant parts only


class LedgerAttempts:
    """Implements ports.Attempts in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def open(self, claim: Claim, *, key: str, fingerprint: str, actor: str, at: dt.datetime) -> OpenedAttempt | None:
        """Write down a try before it leaves; None when another document owns this target key or the fence is old.

        Also None when the target already has, or may have, this document under another key. A document that surely did
        not arrive under this key gives it up.
        """
        attempt_id = new_id()
        key = findable(key)
        happened = trail.event(
            str(claim.record_id),
            "attempt.sent",
            actor=actor,
            at=at,
            detail={"attempt": str(attempt_id), "key": key, "fingerprint": fingerprint},
        )
        head = happened.hash_after(claim.audit_head)
        values = {
            "attempt": attempt_id,
            "record": claim.record_id,
            "document": claim.document_id,
            "flow": claim.flow_id,
            "fence": claim.fence,
            "key": key,
            "fingerprint": fingerprint,
            "at": at,
            "subject": happened.subject,
            "event": happened.name,
            "actor": happened.actor,
            "detail": json(happened.detail),
            "head": head,
            "previous": claim.audit_head,
        }
        try:
            opened = self._tx.run(_OPEN, **values)
            if not opened and _given_up(self._tx, claim, key):
                opened = self._tx.run(_OPEN, **values)
        except IntegrityError as error:
            raise StoreUnavailable(f"Another worker is taking the target key {key!r} at this very moment.") from error
        return OpenedAttempt(attempt_id=attempt_id, claim=replace(claim, audit_head=head)) if opened else None

    def answer(
        self,
        attempt_id: UUID,
        *,
        answer: AttemptAnswer,
        target_id: str | None,
        loaded: str | None,
        at: dt.datetime,
        warning: str = "",
    ) -> None:
        """Write down how a try ended, and what the target now holds of the document."""
        self._tx.run(
            _ANSWER,
            attempt=attempt_id,
            answer=answer.value,
            target_id=findable(target_id) if target_id is not None else None,
            loaded=loaded,
            at=at,
            warning=storable(warning),
        )

    def asked(self, attempt_id: UUID, *, asked: int, at: dt.datetime) -> None:
        """Write down that the target does not show it yet."""
        self._tx.run(_ASKED, attempt=attempt_id, asked=asked, at=at)

    def own_answer(self, claim: Claim) -> bool:
        """Whether the last try was this record's and succeeded, and only the record does not know it yet."""
        return bool(self._tx.value(_OWN_ANSWER, record=claim.record_id))

    def sent_otherwise(self, claim: Claim, key: str) -> str:
        """Under which target key this document was sent; empty when it is this one."""
        found = self._tx.row(_SENT_OTHERWISE, document=claim.document_id, key=findable(key))
        return found.target_key if found else ""

    def evidence(self, claim: Claim, correlation: str) -> Evidence:
        """What the ledger says of a posting with this correlation id that was found for this document."""
        found = self._tx.row(_EVIDENCE, document=claim.document_id, correlation=storable(correlation))
        return Evidence(ours=bool(found and found.ours), sent=found.sent if found else None)

    def owner_of(self, flow_id: UUID, key: str) -> KeyOwner | None:
        """Who owns this target key."""
        found = self._tx.row(_OWNER, flow=flow_id, key=findable(key))
        return None if found is None else KeyOwner(source_key=found.source_key, certain=found.certain)


def _given_up(tx: Transaction, claim: Claim, key: str) -> bool:
    """Whether another document had this key for no reason any more."""
    which = {"flow": claim.flow_id, "key": key, "document": claim.document_id}
    return bool(tx.rows(_OTHERS, **which)) and tx.run(_GIVE_UP_KEY, **which) > 0
