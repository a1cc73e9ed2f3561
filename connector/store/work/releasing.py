"""What an arrival sets free: records that wait for a document or a code look again.

A few go at once, in the transaction of whatever arrived. Where more wait, beat lets the others go, the oldest first and
in batches, each in a transaction of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from connector.store.schema.conditions import NOT_ENDED, UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from connector.store.postgres.transaction import Transaction

#: records that go in the transaction of what arrived
AT_ONCE = 100
#: records that go in one transaction of beat's, or versions that it looks at
BATCH = 1000
#: waiting records that one housekeeping looks at
WALKED = 5000
#: before all ids
FIRST = UUID(int=0)

_WAITING = f"""
    r.waits_for && CAST(:subjects AS text[]) AND r.waits_for IS NOT NULL AND r.integration_id = :integration
    AND r.{UNDER_WAY}
"""
_COUNT = sa.text(f"SELECT count(*) FROM records r WHERE {_WAITING}")  # noqa: S608  constant parts only
_REST = sa.text("""
INSERT INTO releases (integration_id, subject)
SELECT :integration, s.subject FROM unnest(CAST(:subjects AS text[])) AS s (subject) ORDER BY s.subject
ON CONFLICT (integration_id, subject) DO UPDATE SET released_at = now(), reached = NULL
""")
_NEXT = sa.text("""
SELECT integration_id, subject, reached FROM releases ORDER BY released_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")
# In the order of their ids: who looked and waits again is behind, whatever the clocks say.
_BATCH = sa.text(f"""
WITH batch AS (
    SELECT r.id FROM records r
    WHERE {_WAITING} AND r.lease_owner IS NULL AND r.due_at > now()
      AND (CAST(:reached AS uuid) IS NULL OR r.id > CAST(:reached AS uuid))
    ORDER BY r.id LIMIT :most FOR UPDATE SKIP LOCKED
), freed AS (
    UPDATE records w SET due_at = now(), queued_until = NULL FROM batch WHERE w.id = batch.id
)
SELECT id FROM batch ORDER BY id DESC
""")  # noqa: S608  constant parts only
_REACHED = sa.text("""
UPDATE releases SET reached = :reached WHERE integration_id = :integration AND subject = :subject
""")
_DONE = sa.text("DELETE FROM releases WHERE integration_id = :integration AND subject = :subject")
# A record may begin to wait in the very moment in which what it waits for arrives; neither transaction sees the other.
# Who is looked at is chosen behind OFFSET 0: where Postgres believes that nobody waits, it would rather ask all who do.
_FORGOTTEN = f"""
UPDATE records SET due_at = now(), queued_until = NULL
WHERE id IN (
    SELECT r.id FROM records r
    WHERE r.lease_owner IS NULL AND r.due_at > now() + interval '5 seconds' AND r.id = ANY(ARRAY(
        SELECT w.id FROM (SELECT * FROM records WHERE {{chosen}} OFFSET 0) w
        WHERE w.waits_for IS NOT NULL AND w.{UNDER_WAY} AND w.lease_owner IS NULL
          AND w.due_at > now() + interval '5 seconds'
          AND (EXISTS (
            SELECT FROM unnest(w.waits_for) AS s (subject)
            JOIN flows f ON f.integration_id = w.integration_id AND f.name = split_part(s.subject, ':', 2)
            JOIN documents d ON d.flow_id = f.id AND s.subject = 'link:' || f.name || ':' || d.source_key
             AND d.source_key = substr(s.subject, length('link:' || f.name || ':') + 1)
            JOIN records a ON a.document_id = d.id
            WHERE s.subject LIKE 'link:%' AND a.finished_at > w.updated_at - interval '10 seconds'
              AND a.state <> 'superseded')
          OR EXISTS (
            SELECT FROM unnest(w.waits_for) AS s (subject)
            JOIN crosswalks x ON x.integration_id = w.integration_id
             AND s.subject = 'crosswalk:' || x.table_name || ':' || x.source_code
            WHERE s.subject LIKE 'crosswalk:%' AND x.updated_at > w.updated_at - interval '10 seconds'))
        ORDER BY w.id LIMIT 5000))
    ORDER BY r.id FOR UPDATE SKIP LOCKED)
"""  # noqa: S608  constant parts only
_WAITS = f"waits_for IS NOT NULL AND {UNDER_WAY}"
_FORGOTTEN_LATELY = sa.text(
    _FORGOTTEN.format(chosen=f"{_WAITS} AND updated_at > now() - CAST(:begun_within AS interval)")
)
_FORGOTTEN_AMONG = sa.text(_FORGOTTEN.format(chosen="id = ANY(CAST(:ids AS uuid[]))"))
_NEXT_WAITING = sa.text(f"""
SELECT id, id AS place FROM records WHERE {_WAITS} AND id > :after ORDER BY id LIMIT :most
""")  # noqa: S608  constant parts only
_FREE = f"""
UPDATE records SET hold = NULL, due_at = now(), queued_until = NULL
WHERE id IN (
    SELECT r.id FROM records r
    WHERE r.state = 'extracted' AND r.due_at IS NULL AND r.id = ANY(ARRAY(
        SELECT n.id FROM (SELECT * FROM records WHERE {{chosen}} OFFSET 0) n
        WHERE n.hold = 'version' AND n.state = 'extracted' AND n.due_at IS NULL
          AND (SELECT o.id FROM records o
               WHERE o.document_id = n.document_id AND o.version < n.version
                 AND o.{NOT_ENDED} LIMIT 1) IS NULL))
    ORDER BY r.id FOR UPDATE SKIP LOCKED)
"""  # noqa: S608  constant parts only
_FREE_OF = sa.text(_FREE.format(chosen="document_id = ANY(CAST(:documents AS uuid[])) AND hold = 'version'"))
_FREE_AMONG = sa.text(_FREE.format(chosen="id = ANY(CAST(:ids AS uuid[]))"))
_NEXT_HELD = sa.text("""
SELECT id, document_id AS place FROM records
WHERE hold = 'version' AND document_id > :after ORDER BY document_id LIMIT :most
""")


def release(tx: Transaction, integration_id: UUID, subjects: Sequence[str]) -> int:
    """Let records that wait for any of these look again; returns how many wait for them."""
    waiting = int(tx.value(_COUNT, integration=integration_id, subjects=list(subjects)))
    tx.rows(_BATCH, integration=integration_id, subjects=list(subjects), reached=None, most=AT_ONCE)
    if waiting > AT_ONCE:
        tx.run(_REST, integration=integration_id, subjects=list(subjects))
    return waiting


def go_on(tx: Transaction) -> bool:
    """Let one more batch of those go for whom there was no room at once; whether there is still more to do."""
    following = tx.row(_NEXT)
    if following is None:
        return False
    where = {"integration": following.integration_id, "subjects": [following.subject]}
    released = [row.id for row in tx.rows(_BATCH, **where, reached=following.reached, most=BATCH)]
    named = {"integration": following.integration_id, "subject": following.subject}
    if len(released) < BATCH:
        tx.run(_DONE, **named)
    else:
        tx.run(_REACHED, **named, reached=released[0])
    return True


def forgotten(tx: Transaction, begun_within: dt.timedelta) -> int:
    """Find records whose release was missed in a race: what they wait for arrived while they began to wait.

    Looking only at those that began to wait lately is cheap enough for every few seconds.
    """
    return tx.run(_FORGOTTEN_LATELY, begun_within=begun_within)


def forgotten_behind(tx: Transaction, after: UUID) -> tuple[int, UUID]:
    """The same among the next ``WALKED`` that wait, however long; how many, and behind whom to go on."""
    return _walk(tx, _NEXT_WAITING, _FORGOTTEN_AMONG, after, WALKED)


def free_versions(tx: Transaction, after: UUID) -> tuple[int, UUID]:
    """Let versions go on that still wait for an older one although it has ended, among the next ``BATCH`` that wait.

    Returns how many, and behind which document to go on.
    """
    return _walk(tx, _NEXT_HELD, _FREE_AMONG, after, BATCH)


def free_versions_of(tx: Transaction, documents: Sequence[UUID]) -> int:
    """The same for documents of which a version ended just now."""
    return tx.run(_FREE_OF, documents=list(documents))


def _walk(
    tx: Transaction, following: sa.TextClause, release: sa.TextClause, after: UUID, most: int
) -> tuple[int, UUID]:
    """Release among the next that wait; behind the last of all begins the first again."""
    with tx.unsorted():
        found = tx.rows(following, after=after, most=most)
    released = tx.run(release, ids=[row.id for row in found]) if found else 0
    return released, found[-1].place if len(found) == most else FIRST
