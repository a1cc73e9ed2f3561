"""The end of a run that was cut into pieces: when it has listed everything, and nothing of it is left to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.store.postgres.text import storable
from connector.store.schema.conditions import OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.store.postgres.transaction import AnyRow, Transaction

#: documents that are named in a sentence
_NAMED = 5

_OVER = sa.text(f"""
SELECT r.error FROM runs r
WHERE r.id = :run AND (r.status = 'running' AND r.listed_at IS NOT NULL OR r.status IN ('done', 'failed'))
  AND NOT EXISTS (SELECT FROM pieces p WHERE p.run_id = r.id AND p.{OPEN})
FOR NO KEY UPDATE OF r
""")  # noqa: S608  constant parts only
_UNREAD = sa.text("SELECT keys AS documents, error FROM pieces WHERE run_id = :run AND error <> '' ORDER BY keys")
_END = sa.text("""
WITH ended AS (
    UPDATE runs SET status = CASE WHEN :error = '' THEN 'done' ELSE 'failed' END, error = :error, why = '',
                    listed_at = NULL, finished_at = coalesce(finished_at, now())
    WHERE id = :run
    RETURNING flow_id, status, reached
)
UPDATE flows SET cursor = ended.reached FROM ended
WHERE flows.id = ended.flow_id AND ended.status = 'done' AND ended.reached > coalesce(flows.cursor, '-infinity')
""")
_FORGET = sa.text("DELETE FROM pieces WHERE run_id = :run")


def end_if_over(tx: Transaction, run_id: UUID) -> None:
    """End the run if nothing of it is left; what could not be read for good makes it a failed one that says so."""
    run = tx.row(_OVER, run=run_id)
    if run is None:
        return
    unread = tx.rows(_UNREAD, run=run_id)
    error = " ".join(filter(None, (run.error, _sentence(unread))))
    tx.run(_END, run=run_id, error=storable(error))
    tx.run(_FORGET, run=run_id)


def _sentence(unread: Sequence[AnyRow]) -> str:
    if not unread:
        return ""
    keys = [key for row in unread for key in row.documents]
    named = ", ".join(keys[:_NAMED]) + (" and others" if len(keys) > _NAMED else "")
    return f"{len(keys)} of its documents could not be read: {named}. {unread[0].error} The next read tries them again."
