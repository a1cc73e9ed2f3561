"""Runs: claimed in slices, continued from their position, one at a time for each flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from connector.domain.identity import new_id
from connector.domain.run import RunClaim
from connector.store.postgres.text import findable, json, storable
from connector.store.schema.conditions import HELD, SOURCE
from connector.store.work.ending import end_if_over

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from connector.domain.gate import LinkNeed
    from connector.store.postgres.transaction import Transaction

#: what a worker is told of a run; ``mine`` is its row
OF_RUN = f"""
SELECT m.id, m.flow_id, m.fence, m.since, m.only_key, m.row_limit, m.position, m.read, m.tries, m.started_at,
       now() AS claimed_at,
       f.integration_id, f.name AS flow, f.cursor, f.options, s.name AS source_connection,
       s.pace IS NOT NULL AS slowed,
       coalesce(l.read, 0) AS read_last_time, coalesce(l.warning, '') AS warning_last_time
FROM mine m
LEFT JOIN LATERAL (
    SELECT o.read, o.warning FROM runs o
    WHERE o.flow_id = m.flow_id AND o.status = 'done' AND o.only_key IS NULL AND o.row_limit IS NULL AND o.since IS NULL
    ORDER BY o.finished_at DESC LIMIT 1) l ON true
JOIN flows f ON f.id = m.flow_id
JOIN integrations i ON i.id = f.integration_id
JOIN connections s ON s.id = {SOURCE}
"""  # noqa: S608  constant parts only
_CLAIM = sa.text(f"""
WITH mine AS (
    UPDATE runs r
    SET status = 'running', lease_owner = :worker, leased_at = now(), fence = r.fence + 1, queued_until = NULL,
        started_at = coalesce(r.started_at, now()), why = ''
    WHERE r.id = :run AND r.status = 'queued' AND r.due_at <= now() AND NOT {HELD.format(flow="r.flow_id")}
      AND (r.only_key IS NOT NULL OR NOT EXISTS (
        SELECT FROM runs o WHERE o.flow_id = r.flow_id AND o.status = 'running' AND o.only_key IS NULL))
    RETURNING r.*
)
{OF_RUN}
""")  # noqa: S608  constant parts only
_PROGRESS = sa.text("""
WITH mine AS (
    UPDATE runs
    SET read = read + CAST(:read AS integer), "new" = "new" + CAST(:new AS integer),
        unchanged = unchanged + CAST(:read AS integer) - CAST(:new AS integer) - CAST(:cut AS integer),
        position = CAST(:position AS jsonb), tries = 0
    WHERE id = :run AND fence = :fence AND status = 'running'
    RETURNING flow_id
),
moved AS (
    UPDATE flows SET cursor = CAST(:cursor AS timestamptz) FROM mine
    WHERE flows.id = mine.flow_id AND CAST(:cursor AS timestamptz) > coalesce(flows.cursor, '-infinity')
)
SELECT count(*) FROM mine
""")
_PAUSE = sa.text("""
UPDATE runs
SET status = 'queued', lease_owner = NULL, leased_at = NULL, queued_until = NULL, why = :why,
    due_at = now() + CAST(:due_in AS interval), tries = CASE WHEN :why = '' THEN tries ELSE tries + 1 END
WHERE id = :run AND fence = :fence AND status = 'running'
""")
# With pieces it stays as it is, but nobody's, until the last of them ends it.
_FINISH = sa.text("""
WITH ended AS (
    UPDATE runs r
    SET status = CASE WHEN p.there THEN 'running' ELSE :status END, error = :error, warning = :warning, why = '',
        listed_at = CASE WHEN p.there THEN now() END, reached = CAST(:cursor AS timestamptz),
        finished_at = CASE WHEN NOT p.there THEN now() END,
        lease_owner = NULL, leased_at = NULL, queued_until = NULL, position = NULL
    FROM (SELECT EXISTS (SELECT FROM pieces WHERE run_id = :run) AS there) p
    WHERE r.id = :run AND r.fence = :fence AND r.status = 'running' AND r.listed_at IS NULL
    RETURNING r.flow_id, p.there, r.status
),
moved AS (
    UPDATE flows SET cursor = CAST(:cursor AS timestamptz) FROM ended
    WHERE flows.id = ended.flow_id AND ended.status = 'done'
      AND CAST(:cursor AS timestamptz) > coalesce(flows.cursor, '-infinity')
)
SELECT there FROM ended
""")
# Only what was never read is fetched; many records may miss it: it is not read more often than once a minute.
_DEMAND = sa.text("""
INSERT INTO runs (id, flow_id, reason, only_key, requested_by)
SELECT p.id, f.id, 'demand', p.key, :actor
FROM unnest(CAST(:ids AS uuid[]), CAST(:flows AS text[]), CAST(:keys AS text[])) AS p (id, flow, key)
JOIN flows f ON f.integration_id = :integration AND f.name = p.flow
WHERE NOT EXISTS (SELECT FROM documents d WHERE d.flow_id = f.id AND d.source_key = p.key)
  AND NOT EXISTS (
    SELECT FROM runs o
    WHERE o.flow_id = f.id AND o.only_key = p.key AND o.only_key IS NOT NULL
      AND o.created_at > now() - interval '1 minute')
ORDER BY f.id, p.key
ON CONFLICT DO NOTHING
""")


class LedgerRuns:
    """Implements ports.Runs in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def claim(self, run_id: UUID, worker: UUID) -> RunClaim | None:
        """Claim a queued run; None when it is gone, taken, or its flow is already running."""
        try:
            with self._tx.savepoint():
                found = self._tx.row(_CLAIM, run=run_id, worker=worker)
        except IntegrityError:
            # Another full run of the flow started in the same moment; the unique index let only one through.
            return None
        return None if found is None else from_row(found)

    def progress(
        self,
        run: RunClaim,
        *,
        read: int,
        new: int,
        cursor: dt.datetime | None,
        position: Mapping[str, Any] | None,
        cut: int = 0,
    ) -> bool:
        """Move the counts, the position and (never backwards) the flow's cursor; False when the fence is old.

        ``cut`` of the rows are in pieces: whether they are new shows when those are stored.
        """
        spelled = None if position is None else json(position)
        moved = self._tx.value(
            _PROGRESS, run=run.run_id, fence=run.fence, read=read, new=new, cut=cut, cursor=cursor, position=spelled
        )
        return bool(moved)

    def pause(self, run: RunClaim, due_in: dt.timedelta, why: str = "") -> None:
        """Give the run back to be continued from its position; with a reason it counts as a failure in a row."""
        self._tx.run(_PAUSE, run=run.run_id, fence=run.fence, due_in=due_in, why=storable(why))

    def finish(self, run: RunClaim, *, failed: str = "", warning: str = "", cursor: dt.datetime | None = None) -> None:
        """End the run, with the sentence that explains a failure or a warning; the flow's cursor moves if it is done.

        A run with pieces has listed everything, and ends when these have.
        """
        ended = self._tx.row(
            _FINISH,
            run=run.run_id,
            fence=run.fence,
            status="failed" if failed else "done",
            error=storable(failed),
            warning=storable(warning),
            cursor=cursor,
        )
        if ended is not None and ended.there:
            end_if_over(self._tx, run.run_id)

    def demand(self, integration_id: UUID, needs: Iterable[LinkNeed], *, actor: str) -> None:
        """Ask for single documents to be read soon; asking twice changes nothing."""
        wanted = list(dict.fromkeys(needs))
        if not wanted:
            return
        self._tx.run(
            _DEMAND,
            integration=integration_id,
            ids=[new_id() for _ in wanted],
            flows=[need.flow for need in wanted],
            keys=[findable(need.key) for need in wanted],
            actor=storable(actor),
        )


def from_row(row: sa.Row[Any]) -> RunClaim:
    """A run as its claim, or that of one of its pieces, found it."""
    return RunClaim(
        run_id=row.id,
        flow_id=row.flow_id,
        integration_id=row.integration_id,
        flow=row.flow,
        source_connection=row.source_connection,
        fence=row.fence,
        claimed_at=row.claimed_at,
        started_at=row.started_at,
        cursor=row.cursor,
        since=row.since,
        only_key=row.only_key,
        limit=row.row_limit,
        position=row.position,
        tries=row.tries,
        read_so_far=row.read,
        read_last_time=row.read_last_time,
        warning_last_time=row.warning_last_time,
        slowed=row.slowed,
        options=row.options,
    )
