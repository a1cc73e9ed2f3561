"""Links and crosswalks: what the ledger knows of the things documents depend on, and what their arrival releases."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, LinkState
from connector.domain.record import UNDER_WAY, State
from connector.store.wording import storable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from connector.domain.gate import Needs
    from connector.store.transaction import Transaction

EVER = dt.timedelta(days=36_500)

_KNOWN = sa.text("""
SELECT 'link' AS kind, n.flow AS name, n.key, d.target_id AS value,
       (SELECT r.state FROM records r WHERE r.document_id = d.id ORDER BY r.version DESC LIMIT 1) AS state,
       (SELECT r.result->'facts' FROM records r
        WHERE r.document_id = d.id AND r.result->'facts' <> '{}' ORDER BY r.version DESC LIMIT 1) AS facts
FROM unnest(CAST(:flows AS text[]), CAST(:keys AS text[])) AS n (flow, key)
JOIN flows f ON f.integration_id = :integration AND f.name = n.flow
JOIN documents d ON d.flow_id = f.id AND d.source_key = n.key
UNION ALL
SELECT 'code', n.tab, n.code, x.target_code, NULL, NULL
FROM unnest(CAST(:tables AS text[]), CAST(:codes AS text[])) AS n (tab, code)
JOIN crosswalks x ON x.integration_id = :integration AND x.table_name = n.tab AND x.source_code = n.code
""")
_RELEASE = sa.text("""
UPDATE records SET due_at = now(), queued_until = NULL
WHERE id IN (
    SELECT id FROM records
    WHERE waits_for && CAST(:subjects AS text[]) AND waits_for IS NOT NULL AND integration_id = :integration
      AND state IN ('extracted', 'mapped', 'loaded') AND lease_owner IS NULL AND due_at > now()
    ORDER BY id FOR UPDATE SKIP LOCKED)
""")
# A record may begin to wait in the very moment in which what it waits for arrives; neither transaction sees the other.
_FORGOTTEN = sa.text("""
UPDATE records SET due_at = now(), queued_until = NULL
WHERE id IN (
    SELECT w.id FROM records w
    WHERE w.waits_for IS NOT NULL AND w.state IN ('extracted', 'mapped', 'loaded') AND w.lease_owner IS NULL
      AND w.due_at > now() + interval '5 seconds' AND w.updated_at > now() - CAST(:begun_within AS interval)
      AND (EXISTS (
        SELECT FROM unnest(w.waits_for) AS s (subject)
        JOIN flows f ON f.integration_id = w.integration_id AND f.name = split_part(s.subject, ':', 2)
        JOIN documents d ON d.flow_id = f.id AND s.subject = 'link:' || f.name || ':' || d.source_key
         AND d.source_key = substr(s.subject, length('link:' || f.name || ':') + 1)
        JOIN records r ON r.document_id = d.id
        WHERE s.subject LIKE 'link:%' AND r.finished_at > w.updated_at - interval '10 seconds'
          AND r.state <> 'superseded')
      OR EXISTS (
        SELECT FROM unnest(w.waits_for) AS s (subject)
        JOIN crosswalks x ON x.integration_id = w.integration_id
         AND s.subject = 'crosswalk:' || x.table_name || ':' || x.source_code
        WHERE s.subject LIKE 'crosswalk:%' AND x.updated_at > w.updated_at - interval '10 seconds'))
    ORDER BY w.id LIMIT 5000 FOR UPDATE SKIP LOCKED)
""")
_FREE_VERSIONS = sa.text("""
UPDATE records SET hold = NULL, due_at = now(), queued_until = NULL
WHERE id IN (
    SELECT n.id FROM records n
    WHERE n.hold = 'version' AND n.state = 'extracted' AND n.due_at IS NULL
      AND NOT EXISTS (
        SELECT FROM records o
        WHERE o.document_id = n.document_id AND o.version < n.version AND o.state IN ('extracted', 'mapped', 'loaded'))
    ORDER BY n.id FOR UPDATE SKIP LOCKED)
""")


def known(tx: Transaction, integration_id: UUID, needs: Needs) -> Known:
    """Answer what a document asks of the ledger, in one round trip; asks nothing when nothing is needed."""
    if not needs.links and not needs.codes:
        return Known()
    rows = tx.rows(
        _KNOWN,
        integration=integration_id,
        flows=[need.flow for need in needs.links],
        keys=[storable(need.key) for need in needs.links],
        tables=[need.table for need in needs.codes],
        codes=[storable(need.code) for need in needs.codes],
    )
    links = {
        LinkNeed(flow=row.name, key=row.key): Link(
            state=_state(row.value, row.state), target_id=row.value, facts=row.facts or {}
        )
        for row in rows
        if row.kind == "link"
    }
    codes = {CodeNeed(table=row.name, code=row.key): row.value for row in rows if row.kind == "code"}
    return Known(links=links, codes=codes)


def _state(target_id: str | None, newest: str | None) -> LinkState:
    if target_id is not None:
        return LinkState.LINKED
    if newest is None:
        return LinkState.ABSENT
    state = State(newest)
    if state in UNDER_WAY:
        return LinkState.UNDER_WAY
    return LinkState.FAILED if state in {State.DEAD, State.REJECTED} else LinkState.SKIPPED


def release(tx: Transaction, integration_id: UUID, subjects: Iterable[str]) -> int:
    """Let records that wait for any of these look again now; returns how many."""
    return tx.run(_RELEASE, integration=integration_id, subjects=list(subjects))


def release_forgotten(tx: Transaction, begun_within: dt.timedelta = EVER) -> int:
    """Find records whose release was missed in a race: what they wait for arrived while they began to wait.

    Looking only at those that began to wait lately is cheap enough for every few seconds.
    """
    return tx.run(_FORGOTTEN, begun_within=begun_within)


def free_versions(tx: Transaction) -> int:
    """Let versions go on that still wait for an older one although it has ended."""
    return tx.run(_FREE_VERSIONS)
