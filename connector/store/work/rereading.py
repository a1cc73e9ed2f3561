"""Documents that are read again while they wait: their source changes them without saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.run import DUE_AGAIN
from connector.store.work.extraction import queue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.postgres.transaction import Transaction

_WAITING = "r.reread AND r.state = 'extracted' AND r.due_at <= now() AND r.lease_owner IS NULL"
_FLOWS = sa.text(f"""
SELECT f.id FROM flows f
WHERE f.held_why = '' AND EXISTS (SELECT FROM records r WHERE r.flow_id = f.id AND {_WAITING})
  AND NOT EXISTS (
    SELECT FROM runs o WHERE o.flow_id = f.id AND o.only_key = :due_again AND o.status IN ('queued', 'running'))
""")  # noqa: S608  constant parts only
_RUN = sa.text("""
INSERT INTO runs (id, flow_id, reason, only_key, requested_by) VALUES (:run, :flow, 'demand', :due_again, 'gate')
ON CONFLICT DO NOTHING
""")
_DUE = sa.text(f"""
SELECT r.source_key FROM records r WHERE r.flow_id = :flow AND {_WAITING} ORDER BY r.due_at LIMIT :most
""")  # noqa: S608  constant parts only
_DONE = sa.text(f"""
UPDATE records SET reread = false, due_at = now()
WHERE id IN (
    SELECT r.id FROM documents d JOIN records r ON r.document_id = d.id
    WHERE d.flow_id = :flow AND d.source_key = ANY(CAST(:keys AS text[])) AND {_WAITING}
    ORDER BY d.source_key, r.id FOR UPDATE OF r)
RETURNING id
""")  # noqa: S608  constant parts only


def fire(tx: Transaction) -> int:
    """Queue a run for each flow that has something due to be read again, one at a time; returns how many."""
    return sum(
        tx.run(_RUN, run=new_id(), flow=flow.id, due_again=DUE_AGAIN) for flow in tx.rows(_FLOWS, due_again=DUE_AGAIN)
    )


class LedgerRereading:
    """Implements ports.Rereading in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def due(self, flow_id: UUID, most: int) -> list[str]:
        """Source keys of documents that are due to be read again, the longest due first."""
        return [row.source_key for row in self._tx.rows(_DUE, flow=flow_id, most=most)]

    def done(self, flow_id: UUID, keys: Sequence[str]) -> list[UUID]:
        """They were read; what had not changed is looked at again. Return the records that may be mapped at once."""
        return queue(self._tx, flow_id, [row.id for row in self._tx.rows(_DONE, flow=flow_id, keys=list(keys))])
