"""Documents that have ended and that their source lists again, unchanged: it waits for an answer about them once more.

What was posted is confirmed once more, with the same number; anything else begins anew. What lies with a person as a
dead letter is left to them, and what they have discarded (see ``discarded``) they are asked about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.record import Ended, State
from connector.store.audit import trail
from connector.store.postgres.months import ARCHIVE
from connector.store.work import discarded, listed_again, payloads
from connector.store.work.extraction import UNTOLD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.store.postgres.transaction import Transaction

_WHY = "its source lists it again and waits for an answer"
_OVER = """r.state IN ('done', 'rejected', 'skipped', 'cancelled')
  AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.record_id = r.id AND l.resolved_at IS NULL)"""
_ENDED = f"""
SELECT d.source_key, r.id, r.state = 'cancelled' AND r.acknowledged_at IS NULL AS foreign, r.state = 'dead' AS discarded
FROM documents d JOIN {{records}} r ON r.document_id = d.id AND r.version = d.version
WHERE d.flow_id = :flow AND d.source_key = ANY(CAST(:keys AS text[])) AND ({_OVER} OR {discarded.IS_DISCARDED})
"""  # noqa: S608  constant parts only
# With which of them lie in the archive (no id): its months are opened for those alone.
_LISTED = sa.text(f"""
{_ENDED.format(records="records")}
UNION ALL
SELECT d.source_key, NULL, false, false FROM documents d
WHERE d.flow_id = :flow AND d.source_key = ANY(CAST(:keys AS text[])) AND d.archived IS NOT NULL
""")  # noqa: S608  constant parts only
_ARCHIVED = sa.text(_ENDED.format(records=ARCHIVE))
_LOCK = sa.text(f"""
SELECT r.id, r.state, r.audit_head FROM records r
WHERE r.id = ANY(CAST(:records AS uuid[])) AND {_OVER}
ORDER BY r.id FOR UPDATE
""")  # noqa: S608  constant parts only
_AGAIN = sa.text(f"""
WITH again AS (
    UPDATE records r
    SET state = a.state, hold = 'source', due_at = now() + CAST(:untold AS interval), acknowledged_at = NULL,
        why = :why, result = CASE WHEN a.state = 'extracted' THEN CAST('{{}}' AS jsonb) ELSE r.result END,
        gate = NULL, waits_for = NULL, waiting_since = NULL, reread = false, queued_until = NULL, tries = 0,
        crashes = 0, source_payload = {payloads.beside("a.sealed")}, begun_at = now(), finished_at = NULL,
        updated_at = now(), fence = r.fence + 1, audit_head = a.head
    FROM unnest(CAST(:records AS uuid[]), CAST(:states AS text[]), CAST(:payloads AS bytea[]), CAST(:heads AS bytea[]))
         AS a (id, state, sealed, head)
    WHERE r.id = a.id
    RETURNING r.id, r.created_at, a.sealed
)
{payloads.keep(payloads.SOURCE, "again")}
""")  # noqa: S608  constant parts only


class LedgerReopening:
    """Implements ports.Reopening in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def ended(self, flow_id: UUID, keys: Sequence[str]) -> dict[str, Ended]:
        """Those of these documents whose newest version has ended, unless its dead letter lies with somebody."""
        rows = list(self._tx.rows(_LISTED, flow=flow_id, keys=list(keys))) if keys else []
        if archived := [row.source_key for row in rows if row.id is None]:
            rows += self._tx.rows(_ARCHIVED, flow=flow_id, keys=archived)
        return {
            row.source_key: Ended(record_id=row.id, foreign=row.foreign, discarded=row.discarded)
            for row in rows
            if row.id is not None
        }

    def reopen(self, payloads: Mapping[UUID, bytes], *, actor: str) -> None:
        """Put ended records (id -> sealed payload) back under way; none is mapped or told before it is acknowledged."""
        rows = listed_again.locked(self._tx, _LOCK, payloads)
        if not rows:
            return
        states = [State.LOADED if row.state == State.DONE else State.EXTRACTED for row in rows]
        changes = [{"from": row.state, "to": state.value, "why": _WHY} for row, state in zip(rows, states, strict=True)]
        events = listed_again.events(self._tx, rows, changes, actor=actor)
        self._tx.run(
            _AGAIN,
            records=[row.id for row in rows],
            states=[state.value for state in states],
            payloads=[payloads[row.id] for row in rows],
            heads=[event.hash_after(previous) for event, previous in events],
            why=_WHY,
            untold=UNTOLD,
        )
        trail.insert(self._tx, events)
