"""Settling a record: one statement writes what an outcome does, its audit event, and what it sets free."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.record import ENDED, Hold, State
from connector.store.audit import trail
from connector.store.binding.link_binding import Link
from connector.store.binding.newest_change import SEALED_KEY
from connector.store.postgres.text import findable, json, storable
from connector.store.schema.work import UNDER_WAY
from connector.store.work import releasing, versions
from connector.store.work.attempts import UNANSWERED

if TYPE_CHECKING:
    from connector.domain.journey import Change
    from connector.domain.record import Claim
    from connector.store.binding.steering import Steering
    from connector.store.postgres.transaction import Transaction

#: for so long a message is believed to be on its way, before it is sent again
QUEUED = dt.timedelta(seconds=30)

# The document is locked before the record everywhere: reading a page of the source does it in this order too.
_LOCK = "locked AS MATERIALIZED (SELECT id FROM documents WHERE id = :document FOR NO KEY UPDATE),"

_MINE = """
mine AS (
    UPDATE records r SET
        state = :state, hold = CAST(:hold AS text), gate = CAST(:gate AS text), why = :why,
        waits_for = CAST(:waits_for AS text[]),
        waiting_since = CASE WHEN CAST(:waits AS boolean) THEN coalesce(r.waiting_since, now())
                             WHEN CAST(:moved AS boolean) THEN NULL ELSE r.waiting_since END,
        due_at = {due}, reread = CAST(:reread AS boolean),
        queued_until = CASE WHEN CAST(:follows AS boolean) THEN now() + CAST(:queued AS interval) END,
        lease_owner = NULL, leased_at = NULL,
        tries = CASE WHEN CAST(:moved AS boolean) THEN 0 ELSE r.tries + CAST(:tried AS integer) END,
        crashes = CASE WHEN CAST(:moved AS boolean) THEN 0 ELSE r.crashes END,
        target_payload = coalesce(CAST(:target AS bytea), r.target_payload),
        mapping_version = coalesce(CAST(:mapping AS integer), r.mapping_version),
        target_id = coalesce(CAST(:target_id AS text), r.target_id),
        result = coalesce(CAST(:result AS jsonb), r.result),
        acknowledged_at = CASE WHEN CAST(:acknowledged AS boolean) THEN coalesce(r.acknowledged_at, now())
                               ELSE r.acknowledged_at END,
        audit_head = :head, updated_at = now(),
        finished_at = CASE WHEN CAST(:ends AS boolean) THEN now() END
    {from_locked}
    WHERE r.id = :record AND r.fence = :fence AND r.lease_owner IS NOT NULL AND r.audit_head = :previous
    RETURNING r.id, r.document_id, r.flow_id, r.integration_id, r.mapping_version
),
happened AS (
    INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
    SELECT CAST(:subject AS text), :event, :actor, CAST(:at AS timestamptz), CAST(:detail AS jsonb), :head, :previous
    FROM mine
)"""

_DUE = "CASE WHEN CAST(:ends AS boolean) THEN NULL ELSE now() + CAST(:due_in AS interval) END"

# What arrived after the claim was not known to the step that decided to wait.
_DUE_UNLESS_ARRIVED = """
CASE WHEN EXISTS (
        SELECT FROM unnest(CAST(:waits_for AS text[])) AS s (subject)
        JOIN flows f ON f.integration_id = :integration AND f.name = split_part(s.subject, ':', 2)
        JOIN documents d ON d.flow_id = f.id
         AND d.source_key = substr(s.subject, length('link:' || f.name || ':') + 1)
        JOIN records x ON x.document_id = d.id
        WHERE s.subject LIKE 'link:%' AND x.finished_at >= CAST(:claimed_at AS timestamptz) AND x.state <> 'superseded')
    OR EXISTS (
        SELECT FROM unnest(CAST(:waits_for AS text[])) AS s (subject)
        JOIN crosswalks c ON c.integration_id = :integration
         AND s.subject = 'crosswalk:' || c.table_name || ':' || c.source_code
        WHERE c.updated_at >= CAST(:claimed_at AS timestamptz))
    THEN now() ELSE now() + CAST(:due_in AS interval) END"""

# A link that stays the same keeps what binds it: nobody binds anew what was changed by hand.
_LINK = f""",
linked AS (
    UPDATE documents d
    SET target_id = coalesce(CAST(:target_id AS text), d.target_id),
        bound = CASE WHEN CAST(:target_id AS text) IS DISTINCT FROM d.target_id AND :target_id IS NOT NULL
                     THEN CAST(:bound AS bytea) ELSE d.bound END,
        loaded_version = greatest(d.loaded_version, CAST(:version AS integer)),
        mapping_version = CASE WHEN d.loaded_version > CAST(:version AS integer) THEN d.mapping_version
                               ELSE coalesce(mine.mapping_version, d.mapping_version) END
    FROM mine WHERE d.id = mine.document_id
),
adopted AS (
    UPDATE attempts a
    SET answer = 'adopted', answered_at = CAST(:at AS timestamptz), target_id = CAST(:target_id AS text)
    FROM mine
    WHERE CAST(:target_id AS text) IS NOT NULL AND a.document_id = mine.document_id
      AND {UNANSWERED.format(document=":document")}
)"""  # noqa: S608  constant parts only

_BIND_LINK = sa.text("UPDATE documents SET bound = :fresh WHERE id = :document AND bound = :bound")
_BIND_FACTS = sa.text("UPDATE records SET result = CAST(:result AS jsonb) WHERE id = :record")

_RELEASE = f""",
freed AS (
    UPDATE records w SET due_at = now(), queued_until = NULL
    FROM mine CROSS JOIN LATERAL (
        SELECT r.id FROM records r
        WHERE r.waits_for && ARRAY[CAST(:link AS text)] AND r.waits_for IS NOT NULL
          AND r.integration_id = mine.integration_id AND r.{UNDER_WAY}
          AND r.lease_owner IS NULL AND r.due_at > now()
        ORDER BY r.id LIMIT :at_once FOR UPDATE SKIP LOCKED) waiter
    WHERE w.id = waiter.id
    RETURNING w.id
),
others AS (
    INSERT INTO releases (integration_id, subject)
    SELECT mine.integration_id, CAST(:link AS text) FROM mine WHERE (SELECT count(*) FROM freed) >= :at_once
    ON CONFLICT (integration_id, subject) DO UPDATE SET released_at = now(), reached = NULL
),
following AS (
    UPDATE records n SET hold = NULL, due_at = now(), queued_until = NULL
    FROM mine
    WHERE CAST(:ends AS boolean) AND n.document_id = mine.document_id AND n.hold = 'version' AND n.state = 'extracted'
      AND NOT EXISTS (
        SELECT FROM records o
        WHERE o.document_id = n.document_id AND o.id <> mine.id AND o.version < n.version
          AND o.{UNDER_WAY})
)"""  # noqa: S608  constant parts only

_LETTER = """,
letter AS (
    INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
    SELECT CAST(:letter_id AS uuid), mine.id, mine.flow_id, :code, :reason, :suggestion FROM mine
)"""

_RESULT = f"SELECT count(*) AS settled, {{older_dead}} AS older_dead, {SEALED_KEY} AS key FROM mine"  # noqa: S608  likewise
_OLDER_DEAD = """EXISTS (
    SELECT FROM records o JOIN dead_letters l ON l.record_id = o.id AND l.resolved_at IS NULL
    WHERE o.document_id = :document AND o.version < CAST(:version AS integer) AND o.state = 'dead')"""


@cache
def _statement(*, waits: bool, links: bool, ends: bool, letter: bool) -> sa.TextClause:
    parts = [
        "WITH ",
        _LOCK if links else "",
        _MINE.format(due=_DUE_UNLESS_ARRIVED if waits else _DUE, from_locked="FROM locked" if links else ""),
        _LINK if links else "",
        _RELEASE if links or ends else "",
        _LETTER if letter else "",
        "\n",
        _RESULT.format(older_dead=_OLDER_DEAD if links and ends else "false"),
    ]
    return sa.text("".join(parts))


def link_of(claim: Claim, change: Change) -> Link:
    """The link that a change makes, as it will stand in the ledger."""
    return Link(
        document_id=claim.document_id,
        flow_id=claim.flow_id,
        source_key=claim.source_key,
        target_id=findable(change.target_id or ""),
        target_key=findable(change.target_key) if change.target_key is not None else None,
    )


class LedgerOutcomes:
    """Implements ports.Outcomes in one transaction."""

    def __init__(self, tx: Transaction, steering: Steering | None = None) -> None:
        self._tx = tx
        self._steering = steering

    def _bind_anew(self, claim: Claim, change: Change, bound: bytes | None) -> None:
        """What was bound a moment ago is bound once more: the ledger has another key since this process read it."""
        assert self._steering is not None  # noqa: S101 - it bound it
        if bound is not None:
            fresh = self._steering.bound(link_of(claim, change))
            self._tx.run(_BIND_LINK, document=claim.document_id, bound=bound, fresh=fresh)
        if change.result is not None:
            result = self._steering.facts((claim.record_id, claim.document_id), change.result)
            self._tx.run(_BIND_FACTS, record=claim.record_id, result=json(result))

    def settle(
        self,
        claim: Claim,
        change: Change,
        *,
        actor: str,
        at: dt.datetime,
        target: bytes | None,
    ) -> bool:
        """Write a change and its audit event; False, and nothing written, when the fence or the trail's head is old."""
        bound = None
        if self._steering is not None and change.target_id is not None:
            bound = self._steering.bound(link_of(claim, change))
        if self._steering is not None and change.result is not None:
            change = replace(change, result=self._steering.facts((claim.record_id, claim.document_id), change.result))
        ends = change.state in ENDED
        moved = change.state is not claim.state and change.state is not State.DEAD
        links = change.target_id is not None or change.state is State.DONE
        waits = bool(change.waits_for)
        happened = trail.event(str(claim.record_id), change.event, actor=actor, at=at, detail=_detail(claim, change))
        values: dict[str, object] = {
            "record": claim.record_id,
            "fence": claim.fence,
            "state": change.state.value,
            "hold": change.hold.value if change.hold else None,
            "gate": storable(change.gate) if change.gate else None,
            "why": storable(change.why),
            "waits_for": [findable(subject) for subject in change.waits_for] or None,
            "waits": change.hold in {Hold.GATE, Hold.PARK},
            "moved": moved,
            "follows": not ends and change.hold is None,
            "due_in": change.due_in or dt.timedelta(0),
            "queued": QUEUED,
            "reread": change.reread,
            "tried": int(change.counts_as_try),
            "acknowledged": claim.acknowledged,
            "target": target,
            "mapping": change.mapping,
            "target_id": findable(change.target_id) if change.target_id is not None else None,
            "result": json(change.result) if change.result is not None else None,
            "head": happened.hash_after(claim.audit_head),
            "previous": claim.audit_head,
            "ends": ends,
            "subject": happened.subject,
            "event": happened.name,
            "actor": happened.actor,
            "at": happened.at,
            "detail": json(happened.detail),
        }
        if waits:
            values |= {"integration": claim.integration_id, "claimed_at": claim.claimed_at}
        if links:
            values |= {"document": claim.document_id, "version": claim.version, "bound": bound}
        if links or ends:
            values |= {"link": f"link:{claim.flow}:{claim.source_key}", "at_once": releasing.AT_ONCE}
        if change.letter is not None:
            values |= {
                "letter_id": new_id(),
                "code": change.letter.code,
                "reason": storable(change.letter.reason),
                "suggestion": storable(change.letter.suggestion),
            }
        statement = _statement(waits=waits, links=links, ends=ends, letter=change.letter is not None)
        written = self._tx.row(statement, **values)
        if written is None or not written.settled:
            return False
        if self._steering is not None and (bound or change.result) and self._steering.key_changed(written.key):
            self._bind_anew(claim, change, bound)
        if written.older_dead:
            versions.resolve_older(self._tx, claim, actor=actor, at=at)
        return True


def _detail(claim: Claim, change: Change) -> dict[str, object]:
    detail: dict[str, object] = {"from": claim.state.value, "to": change.state.value, "why": change.why}
    if change.hold is not None:
        detail["hold"] = change.hold.value
    if change.gate:
        detail["gate"] = change.gate
    if change.due_in is not None:
        detail["due_in_seconds"] = round(change.due_in.total_seconds())
    if change.mapping is not None:
        detail["mapping"] = change.mapping
    if change.target_id is not None:
        detail["target_id"] = change.target_id
    if change.letter is not None:
        detail["code"] = change.letter.code
    return detail
