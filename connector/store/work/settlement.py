"""The statement that settles records, and a settlement as it reads it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.record import ENDED, Hold, State
from connector.reading import search_terms
from connector.store.audit import trail
from connector.store.binding.newest_change import SEALED_KEY
from connector.store.postgres.text import findable, hexed, storable
from connector.store.schema.conditions import LEASED, NOT_ENDED, UNDER_WAY
from connector.store.work import payloads
from connector.store.work.tried import SINCE, unanswered

if TYPE_CHECKING:
    from connector.domain.journey import Change
    from connector.domain.record import Claim
    from connector.domain.together import Settlement

# One row for each record; LIMIT tells Postgres how many there are. Documents are locked before records everywhere, and
# both in one order: reading a page of the source does it so, too.
_GIVEN = """
given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST(:given AS json)) AS g (
        place integer, record uuid, document uuid, version integer, fence bigint, state text, hold text, gate text,
        why text, waits_for text[], waits boolean, moved boolean, follows boolean, due_in interval, reread boolean,
        tried integer, acknowledged boolean, target bytea, mapping integer, target_id text, result jsonb, head bytea,
        previous bytea, ends boolean, event text, at timestamptz, detail jsonb, integration uuid,
        claimed_at timestamptz, bound bytea, term text, link text, links boolean, letter uuid, code text, reason text,
        suggestion text)
    LIMIT :many
),"""
_LOCK = """
locked AS MATERIALIZED (
    SELECT d.id FROM documents d WHERE d.id IN (SELECT document FROM given)
    ORDER BY d.flow_id, d.source_key FOR NO KEY UPDATE
),"""

_MINE = """
held AS MATERIALIZED (
    SELECT r.id FROM records r JOIN given g ON g.record = r.id {from_locked}
    WHERE r.fence = g.fence AND {leased} AND r.audit_head = g.previous
    ORDER BY r.id FOR UPDATE OF r
),
mine AS (
    UPDATE records r SET
        state = g.state, hold = g.hold, gate = g.gate, why = g.why, waits_for = g.waits_for,
        waiting_since = CASE WHEN g.waits THEN coalesce(r.waiting_since, now())
                             WHEN g.moved THEN NULL ELSE r.waiting_since END,
        due_at = {due}, reread = g.reread,
        queued_until = CASE WHEN g.follows THEN now() + CAST(:queued AS interval) END,
        lease_owner = NULL, leased_at = NULL,
        tries = CASE WHEN g.moved THEN 0 ELSE r.tries + g.tried END,
        crashes = CASE WHEN g.moved THEN 0 ELSE r.crashes END,
        goes_alone = r.goes_alone AND NOT g.moved,{column}
        mapping_version = coalesce(g.mapping, r.mapping_version),
        target_id = coalesce(g.target_id, r.target_id),
        result = coalesce(g.result, r.result),
        acknowledged_at = CASE WHEN g.acknowledged THEN coalesce(r.acknowledged_at, now())
                               ELSE r.acknowledged_at END,
        audit_head = g.head, updated_at = now(),
        finished_at = CASE WHEN g.ends THEN now() END
    FROM held JOIN given g ON g.record = held.id
    WHERE r.id = held.id AND r.fence = g.fence AND {leased} AND r.audit_head = g.previous
    RETURNING r.id, r.created_at, r.document_id, r.flow_id, r.integration_id, r.mapping_version
),
happened AS (
    INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
    SELECT CAST(g.record AS text), g.event, :actor, g.at, g.detail, g.head, g.previous
    FROM mine JOIN given g ON g.record = mine.id ORDER BY g.place
)"""

_DUE = "CASE WHEN g.ends THEN NULL ELSE now() + g.due_in END"

# What arrived after the claim was not known to the step that decided to wait.
_DUE_UNLESS_ARRIVED = """
CASE WHEN g.ends THEN NULL WHEN g.waits_for IS NOT NULL AND (EXISTS (
        SELECT FROM unnest(g.waits_for) AS s (subject)
        JOIN flows f ON f.integration_id = g.integration AND f.name = split_part(s.subject, ':', 2)
        JOIN documents d ON d.flow_id = f.id
         AND d.source_key = substr(s.subject, length('link:' || f.name || ':') + 1)
        JOIN records x ON x.document_id = d.id
        WHERE s.subject LIKE 'link:%' AND x.finished_at >= g.claimed_at AND x.state <> 'superseded')
    OR EXISTS (
        SELECT FROM unnest(g.waits_for) AS s (subject)
        JOIN crosswalks c ON c.integration_id = g.integration
         AND s.subject = 'crosswalk:' || c.table_name || ':' || c.source_code
        WHERE c.updated_at >= g.claimed_at))
    THEN now() ELSE now() + g.due_in END"""

# A link that stays the same keeps what binds it: nobody binds anew what was changed by hand.
_LINK = f""",
linked AS (
    UPDATE documents d
    SET target_id = coalesce(g.target_id, d.target_id),
        bound = CASE WHEN g.target_id IS DISTINCT FROM d.target_id AND g.target_id IS NOT NULL
                     THEN g.bound ELSE d.bound END,
        loaded_version = greatest(d.loaded_version, g.version),
        mapping_version = CASE WHEN d.loaded_version > g.version THEN d.mapping_version
                               ELSE coalesce(mine.mapping_version, d.mapping_version) END
    FROM mine JOIN given g ON g.record = mine.id WHERE d.id = mine.document_id AND g.links
),
adopted AS (
    UPDATE attempts a
    SET answer = 'adopted', answered_at = g.at, target_id = g.target_id
    FROM mine JOIN given g ON g.record = mine.id
    WHERE g.target_id IS NOT NULL AND {unanswered("mine.document_id", since=SINCE)}
),
named AS (
    INSERT INTO search_terms (term, record_id)
    SELECT g.term, mine.id FROM mine JOIN given g ON g.record = mine.id WHERE g.term <> ''
    ON CONFLICT DO NOTHING
)"""  # noqa: S608  constant parts only

# What is looked for is told as it is, and not read from the rows: Postgres then knows how many wait for it.
_RELEASE = f""",
waiting AS MATERIALIZED (
    SELECT r.id FROM records r
    WHERE EXISTS (SELECT FROM mine) AND r.waits_for && CAST(:links AS text[]) AND r.waits_for IS NOT NULL
      AND r.integration_id = ANY(CAST(:integrations AS uuid[])) AND r.{UNDER_WAY}
      AND r.lease_owner IS NULL AND r.due_at > now()
    ORDER BY r.id LIMIT :at_once FOR UPDATE SKIP LOCKED
),
freed AS (
    UPDATE records w SET due_at = now(), queued_until = NULL FROM waiting WHERE w.id = waiting.id
),
others AS (
    INSERT INTO releases (integration_id, subject)
    SELECT mine.integration_id, g.link FROM mine JOIN given g ON g.record = mine.id
    WHERE (g.links OR g.ends) AND (SELECT count(*) FROM waiting) >= :at_once
    ORDER BY mine.integration_id, g.link
    ON CONFLICT (integration_id, subject) DO UPDATE SET released_at = now(), reached = NULL
),
following AS (
    UPDATE records n SET hold = NULL, due_at = now(), queued_until = NULL
    FROM mine JOIN given g ON g.record = mine.id
    WHERE g.ends AND n.document_id = mine.document_id AND n.hold = 'version' AND (n.state || '') = 'extracted'
      AND (SELECT o.id FROM records o
           WHERE o.document_id = n.document_id AND o.id <> mine.id AND o.version < n.version
             AND o.{NOT_ENDED} LIMIT 1) IS NULL
)"""  # noqa: S608  constant parts only

_MAPPED = "(SELECT m.id, m.created_at, g.target AS sealed FROM mine m JOIN given g ON g.record = m.id)"
_KEPT = f""",
kept AS ({payloads.keep(payloads.TARGET, _MAPPED)})"""
_COLUMN = f"""
        target_payload = CASE WHEN g.target IS NULL THEN r.target_payload ELSE {payloads.beside("g.target")} END,"""

_LETTER = """,
letter AS (
    INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
    SELECT g.letter, mine.id, mine.flow_id, g.code, g.reason, g.suggestion
    FROM mine JOIN given g ON g.record = mine.id WHERE g.letter IS NOT NULL
)"""

_RESULT = f"SELECT mine.id, {{older_dead}} AS older_dead, {SEALED_KEY} AS key FROM mine"  # noqa: S608  likewise
_OLDER_DEAD = """EXISTS (
    SELECT FROM given g JOIN records o ON o.document_id = g.document AND o.version < g.version AND o.state = 'dead'
    JOIN dead_letters l ON l.record_id = o.id AND l.resolved_at IS NULL
    WHERE g.record = mine.id AND g.links AND g.ends)"""


@cache
def statement(*, waits: bool, links: bool, ends: bool, letter: bool, maps: bool) -> sa.TextClause:
    """Return the statement, without what none of the records needs."""
    parts = [
        "WITH",
        _GIVEN,
        _LOCK if links else "",
        _MINE.format(
            leased=LEASED,
            due=_DUE_UNLESS_ARRIVED if waits else _DUE,
            column=_COLUMN if maps else "",
            from_locked="JOIN locked ON locked.id = r.document_id" if links else "",
        ),
        _KEPT if maps else "",
        _LINK if links else "",
        _RELEASE if links or ends else "",
        _LETTER if letter else "",
        "\n",
        _RESULT.format(older_dead=_OLDER_DEAD if links and ends else "false"),
    ]
    return sa.text("".join(parts))


def row(place: int, one: Settlement, bound: bytes | None, *, actor: str) -> dict[str, object]:
    """Spell a settlement as the statement reads it."""
    claim, change = one.claim, one.change
    ends = change.state in ENDED
    happened = trail.event(str(claim.record_id), change.event, actor=actor, at=one.at, detail=_detail(claim, change))
    letter = change.letter
    return {
        "place": place,
        "record": claim.record_id,
        "document": claim.document_id,
        "version": claim.version,
        "fence": claim.fence,
        "state": change.state.value,
        "hold": change.hold.value if change.hold else None,
        "gate": storable(change.gate) if change.gate else None,
        "why": storable(change.why),
        "waits_for": [findable(subject) for subject in change.waits_for] or None,
        "waits": change.hold in {Hold.GATE, Hold.PARK},
        "moved": change.state is not claim.state and change.state is not State.DEAD,
        "follows": not ends and change.hold is None,
        "due_in": f"{(change.due_in or dt.timedelta(0)) / dt.timedelta(microseconds=1):.0f} microseconds",
        "reread": change.reread,
        "tried": int(change.counts_as_try),
        "acknowledged": claim.acknowledged,
        "target": hexed(one.target),
        "mapping": change.mapping,
        "target_id": findable(change.target_id) if change.target_id is not None else None,
        "result": change.result,
        "head": hexed(happened.hash_after(claim.audit_head)),
        "previous": hexed(claim.audit_head),
        "ends": ends,
        "event": happened.name,
        "at": happened.at,
        "detail": happened.detail,
        "integration": claim.integration_id,
        "claimed_at": claim.claimed_at,
        "bound": hexed(bound),
        "term": storable(search_terms.term(change.target_id or "")),
        "link": f"link:{claim.flow}:{claim.source_key}",
        "links": change.target_id is not None or (change.state is State.DONE and not change.stands),
        "letter": new_id() if letter else None,
        "code": letter.code if letter else None,
        "reason": storable(letter.reason) if letter else None,
        "suggestion": storable(letter.suggestion) if letter else None,
    }


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
