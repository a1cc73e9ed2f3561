"""Attempts: a try at changing a target is written down before its request leaves."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from connector.domain.errors import StoreUnavailable
from connector.domain.identity import new_id
from connector.domain.record import Evidence, KeyOwner, OpenedAttempt
from connector.store.audit import trail
from connector.store.postgres.text import findable, hexed, json, storable
from connector.store.schema.conditions import LEASED
from connector.store.work.tried import (
    EVER,
    IS_THERE,
    MAY_BE_THERE,
    MAY_HAVE_ARRIVED,
    SET_BACK,
    SINCE,
    earliest,
    last,
    unanswered,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.record import Claim
    from connector.domain.together import Answered, Try
    from connector.store.postgres.transaction import Transaction

# A document keeps the target key it was first sent under. It may take another only while the target surely has nothing
# of it: the new key would be a second document there.
_OPEN = sa.text(f"""
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST(:given AS json)) AS g (
        attempt uuid, record uuid, document uuid, version integer, comes_first boolean, flow uuid, fence bigint,
        key text, fingerprint text, at timestamptz, sent timestamptz, event text, detail jsonb, head bytea,
        previous bytea, place integer)
    LIMIT :many
),
owner AS MATERIALIZED (
    SELECT d.id FROM documents d JOIN given g ON g.document = d.id
    WHERE (g.comes_first OR d.version = g.version)
      AND (d.target_key IS NULL OR d.target_key = g.key OR NOT {MAY_BE_THERE.format(document="d", since=SINCE)})
      AND NOT EXISTS (SELECT FROM documents o WHERE o.flow_id = g.flow AND o.target_key = g.key AND o.id <> d.id)
    ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE OF d
),
mine AS (
    UPDATE records r SET audit_head = g.head FROM owner JOIN given g ON g.document = owner.id
    WHERE r.id = g.record AND r.fence = g.fence AND {LEASED} AND r.audit_head = g.previous
    RETURNING r.id, r.document_id
),
keyed AS (
    UPDATE documents d SET target_key = g.key FROM mine JOIN given g ON g.record = mine.id
    WHERE d.id = mine.document_id AND d.target_key IS DISTINCT FROM g.key
),
closed AS (
    UPDATE attempts a SET answer = 'not there', answered_at = g.at FROM mine JOIN given g ON g.record = mine.id
    WHERE {unanswered("mine.document_id", since=SINCE)}
),
happened AS (
    INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
    SELECT CAST(g.record AS text), g.event, :actor, g.at, g.detail, g.head, g.previous
    FROM mine JOIN given g ON g.record = mine.id ORDER BY g.place
)
INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, actor)
SELECT g.attempt, mine.id, mine.document_id,
       1 + coalesce({last("mine.document_id", SINCE)}, 0),
       g.key, g.fingerprint, g.sent, :actor
FROM mine JOIN given g ON g.record = mine.id
RETURNING id
""")  # noqa: S608  constant parts only
# Locked first and looked at afterwards: a try that its owner commits meanwhile is seen.
_OTHERS = sa.text("""
SELECT id FROM documents WHERE flow_id = :flow AND target_key = :key AND id <> :document FOR NO KEY UPDATE
""")
_GIVE_UP_KEY = sa.text(f"""
UPDATE documents d SET target_key = NULL
WHERE d.flow_id = :flow AND d.target_key = :key AND d.id <> :document
  AND NOT {MAY_BE_THERE.format(document="d", since=EVER)}
""")  # noqa: S608  constant parts only
# A worker that slept may answer when others have found out long ago, and have sent more since: what it says of its own
# attempt counts only while nobody knows better, and of what the target holds only while its attempt is the last one.
_ANSWER = sa.text(f"""
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST(:given AS json)) AS g (
        attempt uuid, answer text, target_id text, loaded text, unsure boolean, at timestamptz, warning text)
    LIMIT :many
),
locked AS MATERIALIZED (
    SELECT d.id FROM documents d
    WHERE d.id IN (SELECT a.document_id FROM attempts a JOIN given g ON g.attempt = a.id WHERE a.sent_at >= {SINCE})
    ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE
),
answered AS (
    UPDATE attempts a SET answer = g.answer, answered_at = g.at, target_id = g.target_id,
           warning = coalesce(nullif(g.warning, ''), a.warning)
    FROM given g
    WHERE a.id = g.attempt AND a.sent_at >= {SINCE} AND a.document_id IN (SELECT id FROM locked)
      AND (a.answered_at IS NULL OR a.answer = 'unknown'
           OR (a.answer = 'not there' AND g.answer IN ('accepted', 'adopted')))
    RETURNING a.document_id, a.number, g.loaded, g.unsure
)
UPDATE documents d SET loaded_fingerprint = answered.loaded FROM answered
WHERE d.id = answered.document_id AND (answered.loaded IS NOT NULL OR answered.unsure)
  AND answered.number = {last("answered.document_id", SINCE)}
""")  # noqa: S608  constant parts only
_ASKED = sa.text(f"""
UPDATE attempts SET asked = greatest(asked, :asked), asked_at = greatest(asked_at, CAST(:at AS timestamptz))
WHERE id = :attempt AND sent_at >= {SINCE}
""")  # noqa: S608  constant parts only
_OWN_ANSWER = sa.text(f"""
SELECT EXISTS (
    SELECT FROM records r JOIN attempts a ON a.record_id = r.id
    WHERE r.id = :record AND r.target_id IS NULL AND a.sent_at >= {SINCE} AND a.answer IN ('accepted', 'adopted')
      AND a.number = {last("r.document_id", SINCE)})
""")  # noqa: S608  constant parts only
_IS_NEWEST = sa.text("SELECT version = :version FROM documents WHERE id = :document")
_MAY_HAVE_ARRIVED = sa.text(f"""
SELECT DISTINCT a.record_id FROM attempts a
WHERE a.record_id = ANY(CAST(:records AS uuid[])) AND a.sent_at >= {SINCE} AND {MAY_HAVE_ARRIVED.format(attempt="a")}
""")  # noqa: S608  constant parts only
_SENT_OTHERWISE = sa.text("SELECT target_key FROM documents WHERE id = :document AND target_key <> :key")
_IS_THE_DOUBTFUL = sa.text(f"""
SELECT EXISTS (
    SELECT FROM attempts
    WHERE id = :attempt AND sent_at >= {SINCE} AND record_id = :record AND fingerprint = :fingerprint)
""")  # noqa: S608  constant parts only
_EVIDENCE = sa.text(f"""
SELECT EXISTS (SELECT FROM records r WHERE r.document_id = :document AND r.correlation_id = :correlation) AS ours,
       (SELECT a.fingerprint FROM attempts a
        WHERE a.document_id = :document AND a.sent_at >= {SINCE}
          AND {MAY_HAVE_ARRIVED.format(attempt="a")}
        ORDER BY a.number DESC LIMIT 1) AS sent
""")  # noqa: S608  constant parts only
_OWNER = sa.text(f"""
SELECT d.source_key, {IS_THERE.format(document="d", since=EVER)} AS certain
FROM documents d WHERE d.flow_id = :flow AND d.target_key = :key
""")  # noqa: S608  constant parts only


class LedgerAttempts:
    """Implements ports.Attempts in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def open(self, tries: Sequence[Try], *, actor: str) -> dict[UUID, OpenedAttempt]:
        """Write tries down before they leave, by record; not there are those that must not be made.

        Then another document owns this target key, the fence is old, a newer version was read, or the target already
        has, or may have, this document under another key. A document that surely did not arrive under this key gives
        it up.
        """
        first: dict[tuple[UUID, str], Try] = {}
        for one in tries:  # of two that want one key, the second is looked at when the first has it
            first.setdefault((one.claim.flow_id, findable(one.key)), one)
        opened = self._open(list(first.values()), actor=actor)
        for one in tries:
            if one.claim.record_id in opened:
                continue
            came_second = first[one.claim.flow_id, findable(one.key)] is not one
            if came_second or _given_up(self._tx, one.claim, findable(one.key)):
                opened |= self._open([one], actor=actor)
        return opened

    def _open(self, tries: Sequence[Try], *, actor: str) -> dict[UUID, OpenedAttempt]:
        spelled = [_row(place, one, actor=actor) for place, one in enumerate(tries)]
        try:
            with self._tx.savepoint() if len(tries) > 1 else nullcontext():
                rows = self._tx.rows(
                    _OPEN,
                    given=json([row for row, _ in spelled]),
                    many=len(spelled),
                    actor=storable(actor),
                    since=earliest(one.claim.first_read for one in tries),
                )
        except IntegrityError as error:
            if len(tries) == 1:
                raise StoreUnavailable(
                    f"Another worker is taking the target key {tries[0].key!r} at this very moment."
                ) from error
            return {key: one for each in tries for key, one in self._open([each], actor=actor).items()}
        made = {row.id for row in rows}
        return {
            one.claim.record_id: OpenedAttempt(attempt_id=row["attempt"], claim=replace(one.claim, audit_head=head))
            for one, (row, head) in zip(tries, spelled, strict=True)
            if row["attempt"] in made
        }

    def answer(self, answers: Sequence[Answered]) -> None:
        """Write down how tries ended, and what the target now holds of their documents."""
        given = [
            {
                "attempt": one.attempt_id,
                "answer": one.answer.value,
                "target_id": findable(one.target_id) if one.target_id is not None else None,
                "loaded": one.loaded,
                "unsure": one.unsure,
                "at": one.at,
                "warning": storable(one.warning),
            }
            for one in answers
        ]
        since = earliest(one.first_read for one in answers)
        self._tx.run(_ANSWER, given=json(given), many=len(given), since=since)

    def asked(self, claim: Claim, *, asked: int, at: dt.datetime) -> None:
        """Write down that the target does not show yet what is in doubt."""
        self._tx.run(_ASKED, attempt=claim.doubtful, asked=asked, at=at, since=earliest([claim.first_read]))

    def own_answer(self, claim: Claim) -> bool:
        """Whether the last try was this record's and succeeded, and only the record does not know it yet."""
        return bool(self._tx.value(_OWN_ANSWER, record=claim.record_id, since=earliest([claim.first_read])))

    def is_newest(self, claim: Claim) -> bool:
        """Whether no newer version of this document was read."""
        return bool(self._tx.value(_IS_NEWEST, document=claim.document_id, version=claim.version))

    def may_have_arrived(self, claims: Sequence[Claim]) -> set[UUID]:
        """Those of these records that the target has, or may have."""
        since = earliest(claim.first_read for claim in claims)
        rows = self._tx.rows(_MAY_HAVE_ARRIVED, records=[claim.record_id for claim in claims], since=since)
        return {row.record_id for row in rows}

    def sent_otherwise(self, claim: Claim, key: str) -> str:
        """Under which target key this document was sent; empty when it is this one."""
        found = self._tx.row(_SENT_OTHERWISE, document=claim.document_id, key=findable(key))
        return found.target_key if found else ""

    def is_the_doubtful(self, claim: Claim, fingerprint: str) -> bool:
        """Whether this is what was sent, and has no answer: the same version of the document, and the same content."""
        which = {"attempt": claim.doubtful, "record": claim.record_id, "fingerprint": fingerprint}
        return bool(self._tx.value(_IS_THE_DOUBTFUL, **which, since=earliest([claim.first_read])))

    def evidence(self, claim: Claim, correlation: str) -> Evidence:
        """What the ledger says of a posting with this correlation id that was found for this document."""
        which = {"document": claim.document_id, "correlation": storable(correlation)}
        found = self._tx.row(_EVIDENCE, **which, since=earliest([claim.first_read]))
        return Evidence(ours=bool(found and found.ours), sent=found.sent if found else None)

    def owner_of(self, flow_id: UUID, key: str) -> KeyOwner | None:
        """Who owns this target key."""
        found = self._tx.row(_OWNER, flow=flow_id, key=findable(key))
        return None if found is None else KeyOwner(source_key=found.source_key, certain=found.certain)


def _given_up(tx: Transaction, claim: Claim, key: str) -> bool:
    """Whether another document had this key for no reason any more."""
    which = {"flow": claim.flow_id, "key": key, "document": claim.document_id}
    return bool(tx.rows(_OTHERS, **which)) and tx.run(_GIVE_UP_KEY, **which) > 0


def _row(place: int, one: Try, *, actor: str) -> tuple[dict[str, Any], bytes]:
    """Spell a try as the statement reads it; and the head of the trail behind it."""
    claim, key, attempt = one.claim, findable(one.key), new_id()
    detail = {"attempt": str(attempt), "key": key, "fingerprint": one.fingerprint}
    happened = trail.event(str(claim.record_id), "attempt.sent", actor=actor, at=one.at, detail=detail)
    head = happened.hash_after(claim.audit_head)
    row = {
        "place": place,
        "attempt": attempt,
        "record": claim.record_id,
        "document": claim.document_id,
        "version": claim.version,
        "comes_first": one.comes_first,
        "flow": claim.flow_id,
        "fence": claim.fence,
        "key": key,
        "fingerprint": one.fingerprint,
        "at": one.at,
        # never before the time from which on it is looked for, whatever has become of the clock
        "sent": one.at if claim.first_read is None else max(one.at, claim.first_read - SET_BACK),
        "event": happened.name,
        "detail": happened.detail,
        "head": hexed(head),
        "previous": hexed(claim.audit_head),
    }
    return row, head
